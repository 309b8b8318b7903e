import { describe, expect, test } from 'vitest';
import { STAGES } from '../../lib/infra/stages.ts';
import { type databaseEnv, ingestEnv, maintainEnv, retryEnv, stuckAlarmEnv } from '../../lib/runtime/env.ts';
import { systemClock } from '../../lib/runtime/open-database.ts';
import { EXPECTED_CALLS } from './expected-calls.ts';
import { EVERY_RULE, EVERY_SETTING } from './stage-variants.ts';
import { type SynthesisedStage, synthesiseStage } from './synthesise-stage.ts';

interface Statement {
  Action: string | string[];
  Resource: unknown;
}

/** What each function reads before its first event, as its own code reads it. */
async function start(name: string, environment: NodeJS.ProcessEnv): Promise<unknown> {
  const { createHandler } = await import(`../../lambdas/${name.split('.')[0]}.ts`);
  return createHandler(environment, systemClock);
}

/** Settings with a default in the code, which a stage may leave out. */
const OPTIONAL: Record<string, string[]> = {
  'ingest.handler': optionalOf(ingestEnv()),
  'retry.handler': optionalOf(retryEnv()),
  'stuck-alarm.handler': optionalOf(stuckAlarmEnv()),
  'maintain.handler': optionalOf(maintainEnv()),
  'widget.handler': ['DECISION_POLICY', 'RETRY_POLICY', 'STUCK_LIMITS'],
};
/** A property of the function's timeout, and of a local tracker's port; not of a stage. */
const NOT_A_STAGES = ['RETRY_LEASE_SECONDS', 'TRACKER_OPTIONS'];

describe.each(Object.keys(STAGES))('every function of %s', (stage) => {
  test('starts with the settings it is deployed with', async () => {
    const environments = environmentsOf(synthesiseStage(stage, { unchecked: true }));
    const hasWidget = STAGES[stage]?.widgetTenant !== undefined;
    expect(Object.keys(environments).sort()).toEqual(
      Object.keys(EXPECTED_CALLS)
        .filter((name) => name !== 'widget.handler' || hasWidget)
        .sort(),
    );
    for (const [name, environment] of Object.entries(environments))
      await expect(start(name, environment), name).resolves.toBeTypeOf('function');
  });
});

describe('a stage that states every rule', () => {
  const synthesised = synthesiseStage('prod', {
    unchecked: true,
    settings: { rules: EVERY_RULE, widgetTenant: 'anthem', events: EVERY_SETTING.events },
  });
  const environments = environmentsOf(synthesised);

  test('hands it to every function that reads it, in a form that function understands', async () => {
    for (const [name, environment] of Object.entries(environments)) {
      await expect(start(name, environment), name).resolves.toBeTypeOf('function');
      for (const setting of OPTIONAL[name] ?? [])
        if (!NOT_A_STAGES.includes(setting)) expect(environment, name).toHaveProperty(setting);
    }
  });

  test('says the same to everyone, and where the operator CLI looks', () => {
    const stated = JSON.stringify(EVERY_RULE.retryPolicy);
    for (const name of ['ingest.handler', 'retry.handler', 'widget.handler'])
      expect(environments[name]?.RETRY_POLICY, name).toBe(stated);
    expect(synthesised.template.Outputs.RetryPolicy?.Value).toBe(stated);
    const phiGuard = JSON.stringify(EVERY_RULE.phiGuard);
    expect(environments['ingest.handler']?.PHI_GUARD).toBe(phiGuard);
    expect(synthesised.template.Outputs.PhiGuard?.Value).toBe(phiGuard);
    expect(environments['widget.handler']?.WIDGET_TENANT).toBe('anthem');
  });

  test('lets the retry flow send to a stage’s own queue and use its key, and nobody else', () => {
    const { queueArn, keyArn } = EVERY_RULE.retryQueues.API_CONNECTOR ?? {};
    const urls = JSON.parse(environments['retry.handler']?.RETRY_QUEUES ?? '{}');
    expect(urls).toEqual({
      API_CONNECTOR: 'https://sqs.us-west-2.amazonaws.com/123456789012/pagw-api-connector.fifo',
    });
    const grants = synthesised.ofType('AWS::IAM::Policy').flatMap(([logicalId, { Properties }]) => {
      const statements: Statement[] = Properties.PolicyDocument.Statement;
      return statements.flatMap(({ Action, Resource }) =>
        [queueArn, keyArn]
          .filter((arn) => [Resource].flat().includes(arn))
          .map((arn) => `${logicalId.replace(/Role.*/, '')}: ${[Action].flat().join(' ')} on ${arn}`),
      );
    });
    expect(grants).toEqual([
      `ScheduledRetryRun: sqs:SendMessage on ${queueArn}`,
      `ScheduledRetryRun: kms:Decrypt kms:GenerateDataKey on ${keyArn}`,
    ]);
  });
});

/** The environment of each of our functions with its settings file, by flow and export, with what CloudFormation fills in made up. */
function environmentsOf({ ofType, settingsFile }: SynthesisedStage): Record<string, Record<string, string>> {
  const ours = ofType('AWS::Lambda::Function').flatMap(([, { Properties }]) => {
    const variables: Record<string, unknown> = Properties.Environment?.Variables ?? {};
    const { POWERTOOLS_SERVICE_NAME: service } = variables;
    if (typeof service !== 'string') return [];
    const name = `${service.replace('pagw-', '')}.${String(Properties.Handler).replace('index.', '')}`;
    return [[name, variables] as const];
  });
  return Object.fromEntries(
    ours.map(([name, variables]) => [
      name,
      // As readEnv puts both together; it has its own tests.
      Object.fromEntries(
        Object.entries({
          ...('SETTINGS_FILE' in variables ? settingsFile : {}),
          ...variables,
          SETTINGS_FILE: undefined,
        }).flatMap(([key, value]) => (value === undefined ? [] : [[key, filledIn(key, value)]])),
      ),
    ]),
  );
}

function filledIn(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join, Ref: reference } = value as { 'Fn::Join'?: [string, unknown[]]; Ref?: string };
  if (join !== undefined) return join[1].map((part) => filledIn('', part)).join(join[0]);
  if (reference === 'AWS::URLSuffix') return 'amazonaws.com';
  if (name.endsWith('_ARN')) return 'arn:aws:made:up';
  return name.endsWith('_URL') ? 'https://sqs.example/queue' : 'made-up';
}

function optionalOf({ shape }: ReturnType<typeof databaseEnv>): string[] {
  return Object.entries(shape).flatMap(([name, field]) => (field.safeParse(undefined).success ? [name] : []));
}
