import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addComplianceChecks } from '../../lib/infra/compliance.ts';
import { createEventTrackerApp } from '../../lib/infra/event-tracker.ts';
import { SETTINGS_FILE } from '../../lib/infra/rules-layer.ts';
import { STAGES, type StageSettings } from '../../lib/infra/stages.ts';

export interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties have no type of ours
  Properties: Record<string, any>;
  DependsOn?: string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

export interface Template {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: unknown; Export?: { Name: string } }>;
  Parameters?: Record<string, unknown>;
}

export interface SynthesisedStage {
  /** Both stacks as one, with what the second imports from the first put in: for rules that hold wherever a resource is. */
  template: Template;
  /** As CloudFormation gets them. */
  stacks: { data: Template; run: Template };
  /** Stacks that the CDK protects against deletion. */
  protectedStacks: string[];
  /** What the functions read from the file that SETTINGS_FILE names. */
  settingsFile: Record<string, string>;
  /** What the compliance checks object to, as `<check>: <rule>`; null when unchecked. */
  findings: string[] | null;
  ofType(type: string): [logicalId: string, resource: Resource][];
}

/**
 * Synthesises a stage with the flags of cdk.json and every compliance check.
 * @param options.unchecked leaves the compliance checks out, which take most of the time
 * @param options.checks `nag` leaves out cfn-guard alone
 * @param options.bundleInto where to leave the assembly with the bundled functions, which takes seconds
 * @throws when a cdk-nag pack finds what is not acknowledged
 */
export function synthesiseStage(
  stage: string,
  options: {
    bundleInto?: string;
    unchecked?: boolean;
    checks?: 'nag';
    settings?: Partial<StageSettings>;
    /** What the stage is called. @default as the one it is like */
    as?: string;
  } = {},
): SynthesisedStage {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const outdir = options.bundleInto ?? mkdtempSync(join(tmpdir(), 'pagw-synth-'));
  const settings = STAGES[stage];
  const name = options.as ?? stage;
  const stages = settings === undefined ? STAGES : { [name]: { ...settings, ...options.settings } };
  const skipBundling = options.bundleInto !== undefined ? {} : { 'aws:cdk:bundling-stacks': [] };
  const { app, data, stack } = createEventTrackerApp(
    { outdir, context: { ...context, ...skipBundling, stage: name } },
    stages,
    (unchecked) =>
      addComplianceChecks(unchecked, options.unchecked === true ? 'none' : (options.checks ?? 'all')),
  );
  const assembly = app.synth();
  const templateOf = ({ stackName }: { stackName: string }): Template =>
    assembly.getStackByName(stackName).template;
  const stacks = { data: templateOf(data), run: templateOf(stack) };
  const template = joined(stacks);
  const settingsPath = settingsFileIn(outdir, stack.stackName, stacks.run);
  const settingsFile = settingsPath === undefined ? {} : JSON.parse(readFileSync(settingsPath, 'utf8'));
  const findings = options.unchecked === true ? null : findingsIn(outdir);
  if (options.bundleInto === undefined) rmSync(outdir, { recursive: true });
  const protectedStacks = assembly.stacks
    .filter(({ terminationProtection }) => terminationProtection === true)
    .map(({ stackName }) => stackName);
  return { template, stacks, protectedStacks, settingsFile, findings, ofType: resourcesOf(template) };
}

/** @throws when a logical id is in both, or an import is exported by neither */
export function joined({ data, run }: SynthesisedStage['stacks']): Template {
  const exported = new Map(
    Object.values(data.Outputs).flatMap(({ Value, Export }) =>
      Export === undefined ? [] : [[Export.Name, Value]],
    ),
  );
  const withImports = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(withImports);
    if (typeof value !== 'object' || value === null) return value;
    const name = (value as { 'Fn::ImportValue'?: string })['Fn::ImportValue'];
    if (name === undefined)
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withImports(part)]));
    if (!exported.has(name)) throw new Error(`'${name}' is imported and exported by nobody`);
    return exported.get(name);
  };
  const twice = Object.keys(run.Resources).filter((logicalId) => Object.hasOwn(data.Resources, logicalId));
  if (twice.length > 0) throw new Error(`Both stacks have ${twice.join(', ')}`);
  const { Resources, Outputs } = withImports(run) as Template;
  return { Resources: { ...data.Resources, ...Resources }, Outputs };
}

export function resourcesOf(template: Template): SynthesisedStage['ofType'] {
  return (type) => Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** Where the layer's file is; undefined where no function has a layer. */
export function settingsFileIn(directory: string, stackName: string, run: Template): string | undefined {
  const [layer] = Object.values(run.Resources).filter(({ Type }) => Type === 'AWS::Lambda::LayerVersion');
  if (layer === undefined) return undefined;
  const { files } = JSON.parse(readFileSync(join(directory, `${stackName}.assets.json`), 'utf8'));
  const { source } = files[String(layer.Properties.Content.S3Key).replace('.zip', '')];
  return join(directory, source.path, SETTINGS_FILE);
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
