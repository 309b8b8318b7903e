import { shapeFault } from './setting-shapes.ts';
import { STAGES, type StageSettings } from './stages.ts';

/** Whose members are stated one by one. */
const GROUPS = [
  ...(['capacity', 'insights', 'retention', 'history', 'concurrency', 'everyMinutes'] as const),
  'thresholds' as const,
];
type Group = (typeof GROUPS)[number];

/** Settings of which some are stated, groups of them in part. Lists and rules are taken whole. */
export type StageDefinition = {
  [Name in keyof StageSettings]?: Name extends Group ? Partial<StageSettings[Name]> : StageSettings[Name];
} & {
  /** The stage that says what is not stated here. */
  readonly like: 'dev' | 'prod';
};

/**
 * A stage like `dev` or `prod` but for what is stated.
 * @throws Error in one sentence that names a setting that does not exist, or is not what it must be
 */
export function defineStage(definition: StageDefinition): StageSettings {
  // A file without types may hand over nothing.
  const { like, ...stated } = definition ?? {};
  if (!Object.hasOwn(STAGES, like ?? ''))
    throw new Error("like must be 'dev' or 'prod', the stage that says the rest.");
  const fault = shapeFault(stated);
  if (fault !== undefined) throw new Error(fault);
  const base: StageSettings = STAGES[like];
  const groups = GROUPS.filter((name) => stated[name] !== undefined).map((name) => [
    name,
    { ...base[name], ...stated[name] },
  ]);
  return { ...base, ...stated, ...Object.fromEntries(groups) };
}
