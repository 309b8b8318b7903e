import { parseDecisionPolicy } from '../domain/decision-clock.ts';
import { parsePhiGuard } from '../domain/phi-guard.ts';
import { parseRetryPolicy } from '../domain/retry-policy.ts';
import { parseSenderTenants } from '../domain/sender-tenants.ts';
import { parseStageLimits } from '../domain/stage-limits.ts';
import { isName, RULES } from './setting-rules.ts';
import { isObject, numberFault, shapeFault } from './setting-shapes.ts';
import type { StageRules } from './stage-rules.ts';
import { STAGES, type StageSettings, stackNameOf } from './stages.ts';

/**
 * The settings of a stage, checked.
 * @throws Error in one sentence when the stage is unknown or a setting cannot work.
 */
export function stageSettings(
  stage: unknown,
  stages: Readonly<Record<string, StageSettings>> = STAGES,
): StageSettings {
  const known = Object.keys(stages).join(', ');
  if (typeof stage !== 'string' || stage === '') {
    throw new Error(`No stage is named: pass -c stage=<stage>, one of ${known}.`);
  }
  const settings = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  if (settings === undefined) {
    throw new Error(
      `Stage '${stage}' is unknown: use one of ${known}, or describe it in pagw.config.ts, beside cdk.json.`,
    );
  }
  return checkedSettings(stage, settings);
}

/** @throws Error in one sentence when the stage's name or a setting cannot work */
export function checkedSettings(stage: string, settings: StageSettings): StageSettings {
  if (
    typeof stage !== 'string' ||
    !isName(stage.toLowerCase()) ||
    stage.length > 40 ||
    stage.endsWith('-data')
  )
    throw new Error(
      `Stage '${String(stage)}': the name of a stage must be at most 40 letters, digits and single hyphens, and not end in -data, as the stack that holds its data does.`,
    );
  if (!isObject(settings)) throw new Error(`Stage '${stage}': settings must be what defineStage answers.`);
  const missing = Object.keys(STAGES.prod).find(
    (name) => settings[name as keyof StageSettings] === undefined,
  );
  const fault =
    (missing === undefined
      ? undefined
      : `${missing} must be stated; defineStage takes it from another stage.`) ??
    shapeFault(settings) ??
    numberFault(settings) ??
    RULES.find((rule) => rule.broken(settings))?.message ??
    ruleFault(settings.rules);
  if (fault !== undefined) throw new Error(`Stage '${stage}': ${fault}`);
  return settings;
}

/**
 * What a stage needs of its account: the name of its stack, executions at a time that it keeps for itself (ingest, two minute flows, the widget where there
 * is one, and one for maintain), and what its data stack makes of which a region has only so many.
 * @throws Error in one sentence when the stage is unknown or a setting cannot work.
 */
export function stageNeeds(
  stage: string,
  stages: Readonly<Record<string, StageSettings>> = STAGES,
): { stack: string; region?: string; endpoints: string[] } & Record<
  'reservedExecutions' | 'networks' | 'zones' | 'clusters' | 'groups' | 'instances',
  number
> {
  const settings = stageSettings(stage, stages);
  const {
    reservedConcurrency: reserved,
    widgetTenant,
    existingCluster,
    existingNetwork,
    capacity,
  } = settings;
  const scheduled = widgetTenant === undefined ? 2 : 3;
  const groups = existingCluster?.ownCluster === 'none' ? 0 : 1;
  const networks = existingNetwork === undefined ? groups : 0;
  const clusters = existingCluster?.ownCluster === 'removed' ? 0 : groups;
  return {
    stack: stackNameOf(stage, settings),
    ...(settings.environment === undefined ? {} : { region: settings.environment.region }),
    reservedExecutions: reserved === undefined ? 0 : reserved.ingest + scheduled * reserved.scheduled + 1,
    networks,
    zones: networks * settings.zones,
    endpoints: settings.privateMode === true ? calledServices(settings.events?.bus !== undefined) : [],
    clusters,
    groups,
    instances: clusters * (1 + capacity.readers),
  };
}

/** As the functions that go by them read them at their start. */
const PARSED = {
  retryPolicy: parseRetryPolicy,
  stuckLimits: parseStageLimits,
  phiGuard: parsePhiGuard,
  senders: parseSenderTenants,
  decisionPolicy: parseDecisionPolicy,
} as const satisfies { [Rule in keyof StageRules]: (json: string) => unknown };

/** What those functions would say. */
function ruleFault(rules: StageRules): string | undefined {
  for (const [name, parse] of Object.entries(PARSED)) {
    const rule = rules[name as keyof typeof PARSED];
    if (rule === undefined) continue;
    try {
      parse(JSON.stringify(rule));
    } catch (fault) {
      return `rules.${name}: ${fault instanceof Error ? fault.message : String(fault)}`;
    }
  }
  return undefined;
}

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

/**
 * What functions call, but for S3, which has a gateway: each needs an endpoint in private mode, by whose name's end it goes here.
 * Lambda itself delivers logs and traces, and KMS is used by services.
 */
const CALLED = ['rds-data', 'secretsmanager', 'sqs', 'sns'] as const;

export type CalledService = (typeof CALLED)[number] | 'events';

/** @param putsEvents whether functions put events on a bus */
export function calledServices(putsEvents: boolean): CalledService[] {
  return putsEvents ? [...CALLED, 'events'] : [...CALLED];
}
