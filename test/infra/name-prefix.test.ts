import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { EventTracker, trackerStacks } from '../../lib/infra/event-tracker.ts';
import { STAGES, type StageSettings } from '../../lib/infra/stages.ts';
import type { Template } from './synthesise-stage.ts';
import { readMetrics } from './tracker-metrics.ts';

const trackers = synthesise([undefined, 'claims', 'dental']);

/** A cluster's, a role's own, and a metric's, whose namespace tells it apart. */
const OF_NO_ACCOUNT = [
  'AWS::RDS::DBCluster DatabaseName',
  'AWS::IAM::Policy PolicyName',
  'AWS::CloudWatch::Alarm MetricName',
];

test('trackers with different prefixes in one account and region have no name in common', () => {
  const named = trackers.map(({ templates }) => templates.flatMap(namesIn));
  for (const names of named) expect(names.length).toBeGreaterThan(35);
  for (const [place, names] of named.entries()) {
    const others = new Set(named.filter((_, other) => other !== place).flat());
    expect(names.filter((name) => others.has(name))).toEqual([]);
  }
});

test('a tracker counts in a namespace of its own, and its alarms and graphs read that alone', () => {
  const namespaces = trackers.map(({ templates }) => {
    const functions = resources(templates).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    const written = functions.flatMap(
      ({ Properties }) => Properties.Environment?.Variables?.POWERTOOLS_METRICS_NAMESPACE ?? [],
    );
    expect(written).toHaveLength(functions.length - 4);
    return [...new Set(written)];
  });
  expect(namespaces).toEqual([
    ['PagwEventTracker'],
    ['claims-PagwEventTracker'],
    ['dental-PagwEventTracker'],
  ]);
  const [plain = new Set(), claims = new Set(), dental = new Set()] = trackers.map(({ templates }, place) =>
    readMetrics(
      {
        ofType: (type) =>
          Object.entries(templates[1]?.Resources ?? {}).filter(([, { Type }]) => Type === type),
      },
      namespaces[place]?.[0],
    ),
  );
  expect(plain.size).toBeGreaterThan(20);
  expect(claims).toEqual(plain);
  expect(dental).toEqual(plain);
});

test('the name of the stack that runs is behind the prefix', () => {
  expect(trackers.map(({ names }) => names)).toEqual([
    ['PagwEventTracker-prod-data', 'PagwEventTracker-prod'],
    ['claims-PagwEventTracker-prod-data', 'claims-PagwEventTracker-prod'],
    ['dental-PagwEventTracker-prod-data', 'dental-PagwEventTracker-prod'],
  ]);
});

test('two trackers with the same names in one account and region are refused in one sentence', () => {
  const [here, there] = ['us-east-1', 'us-west-2'].map((region) => ({ account: '123456789012', region }));
  const put = (...trackers: [stage: string, more: Partial<StageSettings>][]) => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    for (const [place, [stage, more]] of trackers.entries())
      new EventTracker(new Stack(app, `Around${place}`), 'Tracker', {
        stage,
        settings: { ...STAGES.prod, ...more },
      });
  };
  const refused =
    /^Stage '\w+': Around0\/Tracker\/\S+ is of the same account [^\n]+ give one of them a namePrefix\.$/;
  expect(() => put(['prod', {}], ['prod', {}])).toThrow(refused);
  expect(() => put(['prod', { environment: here }], ['qa', { environment: here }])).toThrow(refused);
  put(['prod', {}], ['qa', {}]);
  put(['prod', { environment: here }], ['prod', { environment: there }]);
  put(['prod', { environment: here }], ['prod', { environment: here, namePrefix: 'claims' }]);
});

function synthesise(prefixes: readonly (string | undefined)[]) {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const app = new App({ context: { ...context, 'aws:cdk:bundling-stacks': [] } });
  const stacks = prefixes.map((namePrefix) => {
    const settings = {
      ...STAGES.prod,
      widgetTenant: '*',
      ...(namePrefix === undefined ? {} : { namePrefix }),
    };
    const { data, stack } = trackerStacks(app, { stage: 'prod', settings });
    return [data.stackName, stack.stackName];
  });
  const assembly = app.synth();
  return stacks.map((names) => ({
    names,
    templates: names.map((name): Template => assembly.getStackByName(name).template),
  }));
}

function resources(templates: readonly Template[]) {
  return templates.flatMap(({ Resources }) => Object.values(Resources));
}

/** Each physical name that a template states, and each export, with the type of what has it. */
function namesIn(template: Template): string[] {
  const exported = Object.values(template.Outputs ?? {}).flatMap(({ Export }) =>
    Export === undefined ? [] : [`export ${Export.Name}`],
  );
  const stated = resources([template]).flatMap(({ Type, Properties = {} }) =>
    Object.entries(Properties)
      .filter(([key, value]) => /Name$|Identifier$/.test(key) && !isReference(value))
      .filter(([key]) => !OF_NO_ACCOUNT.includes(`${Type} ${key}`))
      // The id of a stack is no other's.
      .filter(([, value]) => !JSON.stringify(value).includes('AWS::StackId'))
      .map(([key, value]) => `${Type} ${key} ${JSON.stringify(value)}`),
  );
  return [...exported, ...stated];
}

/** To what the tracker, or the account, has under a name that CloudFormation made. */
function isReference(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    ('Ref' in value || 'Fn::GetAtt' in value || 'Fn::ImportValue' in value)
  );
}
