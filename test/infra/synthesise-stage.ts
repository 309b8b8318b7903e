import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
  /** What the compliance checks object to, as `<check>: <rule>`; null when unchecked. */
  findings: string[] | null;
  ofType(type: string): [logicalId: string, resource: Resource][];
}

/**
 * Synthesises a stage with the flags of cdk.json and every compliance check.
 * @param options.unchecked leaves the compliance checks out, which take most of the time
 * @param options.bundleInto where to leave the assembly with the bundled functions, which takes seconds
 * @throws when a cdk-nag pack finds what is not acknowledged
 */
export function synthesiseStage(
  stage: string,
  options: { bundleInto?: string; unchecked?: boolean; settings?: Partial<StageSettings> } = {},
): SynthesisedStage {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const outdir = options.bundleInto ?? mkdtempSync(join(tmpdir(), 'pagw-synth-'));
  const settings = STAGES[stage];
  const stages = settings === undefined ? STAGES : { [stage]: { ...settings, ...options.settings } };
  const skipBundling = options.bundleInto !== undefined ? {} : { 'aws:cdk:bundling-stacks': [] };
  const { app, stack } = createEventTrackerApp(
    { outdir, context: { ...context, ...skipBundling, stage } },
    stages,
    options.unchecked !== true,
  );
  const assembly = app.synth();
  const template: Template = assembly.getStackByName(Stack.of(stack).stackName).template;
  const findings = options.unchecked === true ? null : findingsIn(outdir);
  if (options.bundleInto === undefined) rmSync(outdir, { recursive: true });
  return { template, findings, ofType: resourcesOf(template) };
}

export function resourcesOf(template: Template): SynthesisedStage['ofType'] {
  return (type) => Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** cfn-guard's findings alone do not stop a synthesis, so they are read from the report. */
function findingsIn(directory: string): string[] {
  const report: { pluginReports: { pluginName: string; violations: { ruleName: string }[] }[] } = JSON.parse(
    readFileSync(join(directory, 'validation-report.json'), 'utf8'),
  );
  return report.pluginReports.flatMap(({ pluginName, violations }) =>
    violations.map(({ ruleName }) => `${pluginName}: ${ruleName}`),
  );
}
