import { describe, expect, test } from 'vitest';
import { parseDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { parsePhiGuard } from '../../lib/domain/phi-guard.ts';
import { parseRetryQueues } from '../../lib/domain/retry-command.ts';
import { parseRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { parseSenderTenants } from '../../lib/domain/sender-tenants.ts';
import { parseStageLimits } from '../../lib/domain/stage-limits.ts';

/** Reads a setting that has these names, and a good one among them. */
type Read = (names: readonly string[]) => unknown;

function named<Value>(names: readonly string[], value: Value): Record<string, Value> {
  return Object.fromEntries(names.map((name) => [name, value]));
}

const BY_NAME: Readonly<Record<string, { good: string; read: Read }>> = {
  'retryPolicy.stages': {
    good: 'PARSING',
    read: (names) => parseRetryPolicy(JSON.stringify({ stages: named(names, {}) })),
  },
  'retryPolicy.errorCodes': {
    good: 'E42',
    read: (names) => parseRetryPolicy(JSON.stringify({ errorCodes: named(names, {}) })),
  },
  'stuckLimits.stages': {
    good: 'PARSING',
    read: (names) => parseStageLimits(JSON.stringify({ stages: named(names, 5) })),
  },
  'decisionPolicy.tenants': {
    good: 'anthem',
    read: (names) => parseDecisionPolicy(JSON.stringify({ tenants: named(names, 'off') })),
  },
  'decisionPolicy.plans': {
    good: 'H1234',
    read: (names) => parseDecisionPolicy(JSON.stringify({ plans: named(names, 'off') })),
  },
  'decisionPolicy.states': {
    good: 'TX',
    read: (names) => parseDecisionPolicy(JSON.stringify({ states: named(names, 'off') })),
  },
  RETRY_QUEUES: {
    good: 'PARSING',
    read: (names) => parseRetryQueues(JSON.stringify(named(names, 'http://localhost/q')), undefined),
  },
  'senders, their tenants': {
    good: 'anthem',
    read: (names) => parseSenderTenants(JSON.stringify({ AROAEXAMPLEID: names })),
  },
  'phiGuard.metadataKeys': {
    good: 'planTier',
    read: (names) => parsePhiGuard(JSON.stringify({ metadataKeys: names })),
  },
};

describe.each(Object.entries(BY_NAME))('%s', (setting, { good, read }) => {
  test('refuses __proto__, which an object would lose; a list keeps it', () => {
    const stated = expect(() => read([good, '__proto__']));
    if (/senders|metadataKeys/.test(setting)) stated.not.toThrow();
    else stated.toThrow(/correct __proto__: is a name that cannot be stated/);
  });

  test('takes a name, with space around it', () => {
    expect(() => read([good])).not.toThrow();
    expect(() => read([` ${good} `])).not.toThrow();
  });

  test.each(['', ' ', '\t', '\u00a0', 'x'.repeat(65), 'a\u0000b', 'a\nb', '\u202eanthem', 'ant\u200bhem'])(
    'refuses the name %j in one sentence',
    (name) => {
      expect(() => read([good, name])).toThrow(/^The [^\n]* are not valid; correct [^\n]*\.$/);
    },
  );

  test('refuses a name that is there already, however it is written', () => {
    expect(() => read([good, good.toLowerCase(), ` ${good}`])).toThrow(/already|twice/);
  });
});

test('a name for all is none, but of a sender’s tenants', () => {
  expect(() => parseDecisionPolicy('{"tenants":{"*":"off"}}')).toThrow(
    /tenants\.\*: is '\*', which is no name/,
  );
  expect(() => parseSenderTenants('{"AROAEXAMPLEID":["*"]}')).not.toThrow();
});

test('says where a blank name is', () => {
  expect(() => parseDecisionPolicy('{"tenants":{" ":"off"}}')).toThrow(
    'The decision policies are not valid; correct tenants." ": is blank.',
  );
});
