import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { createEventTrackerApp } from '../../lib/infra/event-tracker-app.ts';
import { STAGES, type StageSettings } from '../../lib/infra/stages.ts';

export interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties have no type of ours
  Properties: Record<string, any>;
  DependsOn?: string[];
  DeletionPolicy?: string;
}

export interface Template {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: unknown }>;
}

export interface SynthesisedStage {
  template: Template;
  /** The directory of the assembly. */
  directory: string;
  ofType(type: string): [logicalId: string, resource: Resource][];
}

/**
 * Synthesises a stage with the flags of cdk.json and every compliance check.
 * @param options.unchecked leaves the compliance checks out, which take most of the time
 * @param options.bundle bundles the functions too, which takes seconds
 * @throws when a check finds what is not acknowledged
 */
export function synthesiseStage(
  stage: string,
  options: { bundle?: boolean; unchecked?: boolean; settings?: Partial<StageSettings> } = {},
): SynthesisedStage {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const outdir = mkdtempSync(join(tmpdir(), 'pagw-synth-'));
  const settings = STAGES[stage];
  const stages = settings === undefined ? STAGES : { [stage]: { ...settings, ...options.settings } };
  const skipBundling = options.bundle === true ? {} : { 'aws:cdk:bundling-stacks': [] };
  const { app, stack } = createEventTrackerApp(
    { outdir, context: { ...context, ...skipBundling, stage } },
    stages,
    options.unchecked !== true,
  );
  const assembly = app.synth();
  const template: Template = assembly.getStackByName(Stack.of(stack).stackName).template;
  return {
    template,
    directory: outdir,
    ofType: (type) => Object.entries(template.Resources).filter(([, resource]) => resource.Type === type),
  };
}
