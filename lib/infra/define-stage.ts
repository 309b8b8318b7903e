import { STAGES, type StageSettings } from './stages.ts';

/** Settings of which some are stated, groups of them in part. Lists and rules are taken whole. */
export type StageOverrides = {
  [Name in keyof StageSettings]?: Name extends Group ? Partial<StageSettings[Name]> : StageSettings[Name];
};

/** Whose members are stated one by one. */
const GROUPS = [
  'capacity',
  'insights',
  'retention',
  'history',
  'concurrency',
  'everyMinutes',
  'thresholds',
] as const;
type Group = (typeof GROUPS)[number];

export type StageDefinition = StageOverrides & {
  /** The stage that says what is not stated here. */
  readonly like: 'dev' | 'prod';
};

/** A stage like `dev` or `prod` but for what is stated. Checked when it is used. */
export function defineStage({ like, ...stated }: StageDefinition): StageSettings {
  const base = STAGES[like];
  const groups = GROUPS.map((group) => [group, { ...base[group], ...stated[group] }]);
  return { ...base, ...stated, ...Object.fromEntries(groups) };
}
