import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultDecisionPolicy, parseDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { stages } from '../../lib/domain/event-catalogue.ts';
import { type RequestFacts, stateOf, stateRules } from '../../lib/domain/request-state.ts';
import { judgeRequest } from '../../lib/domain/request-verdict.ts';
import {
  defaultStageLimits,
  limitOf,
  parseStageLimits,
  shortestLimit,
} from '../../lib/domain/stage-limits.ts';
import { drugKinds, eventStatuses, requestKinds, requestStatuses } from '../../lib/domain/tracked-event.ts';

const minute = 60_000;
const began = new Date('2026-03-02T08:00:00Z');
const minutesOn = (minutes: number) => new Date(began.getTime() + minutes * minute);
const rules = { limits: defaultStageLimits, policy: defaultDecisionPolicy };

function facts(given: Partial<RequestFacts> = {}): RequestFacts {
  return {
    tenant: 'anthem',
    status: 'RECEIVED',
    priority: null,
    receivedAt: began,
    plan: null,
    kind: 'request',
    drugs: 'none',
    requestedPriority: null,
    prioritySince: null,
    clockStartedAt: began,
    extensionDays: 0,
    extendedAt: null,
    completedAt: null,
    decidedAt: null,
    notifiedAt: null,
    clockStoppedAt: null,
    unclearAnswerAt: null,
    lastStage: 'VALIDATION',
    mainStage: 'VALIDATION',
    mainStatus: 'STARTED',
    nextStage: null,
    recordedAt: began,
    occurredAt: began,
    nextRetryAt: null,
    retryExhaustedAt: null,
    errorCode: null,
    targetSystem: null,
    incidentKey: null,
    retryPaused: false,
    ...given,
  };
}

const instant = fc.integer({ min: -30_000, max: 30_000 }).map(minutesOn);
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const anyFacts: fc.Arbitrary<RequestFacts> = fc
  .record({
    tenant: fc.constantFrom('anthem', 'unbound'),
    status: fc.constantFrom(...requestStatuses),
    priority: orNull(fc.constantFrom('EXPEDITED' as const, 'STANDARD' as const)),
    receivedAt: instant,
    plan: orNull(fc.constantFrom('H1234')),
    kind: fc.constantFrom(...requestKinds),
    drugs: fc.constantFrom(...drugKinds),
    requestedPriority: orNull(fc.constantFrom('EXPEDITED' as const, 'STANDARD' as const)),
    prioritySince: orNull(instant),
    clockStartedAt: instant,
    extensionDays: fc.integer({ min: 0, max: 14 }),
    extendedAt: orNull(instant),
    completedAt: orNull(instant),
    decidedAt: orNull(instant),
    notifiedAt: orNull(instant),
    clockStoppedAt: orNull(instant),
    unclearAnswerAt: orNull(instant),
    lastStage: orNull(fc.constantFrom(...stages, 'FAX_GATEWAY')),
    main: orNull(fc.tuple(fc.constantFrom(...stages), fc.constantFrom(...eventStatuses))),
    nextStage: orNull(fc.constantFrom(...stages)),
    recordedAt: instant,
    occurredAt: instant,
    nextRetryAt: orNull(instant),
    retryExhaustedAt: orNull(instant),
    errorCode: orNull(fc.string()),
    targetSystem: orNull(fc.constantFrom('carelon')),
    incidentKey: orNull(fc.constantFrom('stuck/anthem/VALIDATION/9f2c41aa')),
    retryPaused: fc.boolean(),
  })
  .map(({ main, ...rest }) => ({ ...rest, mainStage: main?.[0] ?? null, mainStatus: main?.[1] ?? null }));

describe('request state', () => {
  it('is documented as it is ruled', () => {
    const page = readFileSync(new URL('../../docs/state-machine.md', import.meta.url), 'utf8');
    expect(page).toContain(stateTable());
    expect(page).toContain(stateDiagram());
  });

  it('can be every one of the table', () => {
    const reached = new Set(
      fc.sample(anyFacts, { numRuns: 5_000, seed: 4 }).map((each) => stateOf(each).state),
    );
    expect([...reached].sort()).toEqual(stateRules.map(({ state }) => state).sort());
  });
});

describe('the verdict', () => {
  const unbound = { ...rules, policy: parseDecisionPolicy('{"tenants":{"unbound":"off"}}') };

  it('looks again later, or never', () => {
    fc.assert(
      fc.property(anyFacts, instant, (request, now) => {
        const { checkAt, stuck } = judgeRequest(request, unbound, now);
        if (checkAt !== null) expect(checkAt.getTime()).toBeGreaterThan(now.getTime());
        if (stuck !== null) expect(stuck.since.getTime()).toBeLessThanOrEqual(now.getTime());
      }),
    );
  });

  it('stays what it is until the next check, if nothing happens', () => {
    fc.assert(
      fc.property(
        anyFacts,
        instant,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (request, now, part) => {
          const { checkAt, ...verdict } = judgeRequest(request, unbound, now);
          const horizon = (checkAt ?? minutesOn(100_000)).getTime() - now.getTime();
          const between = new Date(now.getTime() + Math.floor(part * horizon));
          const { checkAt: _, ...later } = judgeRequest(request, unbound, between);
          expect(later).toEqual(verdict);
        },
      ),
    );
  });

  const endOfDaySeven = new Date('2026-03-09T23:59:59.999Z');

  it('comes no later than any limit that an event after the look can start', () => {
    const looked = judgeRequest(
      facts({ mainStatus: 'COMPLETED', nextStage: 'CALLBACK_HANDLER' }),
      rules,
      minutesOn(1),
    );
    expect(looked.checkAt).toEqual(minutesOn(1 + shortestLimit(defaultStageLimits) / 60));
  });

  it('is of a tenant without a policy by the default one, and of an unbound one without a deadline', () => {
    const pended = facts({ status: 'PENDING', completedAt: minutesOn(1) });
    expect(judgeRequest({ ...pended, tenant: 'nobody' }, unbound, minutesOn(9 * 24 * 60))).toMatchObject({
      stuck: { reason: 'deadline-breached', since: endOfDaySeven },
      decisionDueAt: endOfDaySeven,
    });
    expect(judgeRequest({ ...pended, tenant: 'unbound' }, unbound, minutesOn(9 * 24 * 60))).toEqual({
      stuck: null,
      incidentKey: null,
      skewSeconds: 0,
      deadlineRisk: 'none',
      decisionDueAt: null,
      checkAt: null,
    });
  });

  it('leaves its incident when it is closed, whatever its main lane was at', () => {
    const incidentKey = 'stuck/anthem/VALIDATION/9f2c41aa';
    const failed = { mainStatus: 'FAILED', nextRetryAt: minutesOn(9), incidentKey } as const;
    expect(judgeRequest(facts(failed), rules, minutesOn(2)).incidentKey).toBe(incidentKey);
    const ended = { status: 'CANCELLED', completedAt: minutesOn(1), clockStoppedAt: minutesOn(1) } as const;
    expect(judgeRequest(facts({ ...failed, ...ended }), rules, minutesOn(2)).incidentKey).toBeNull();
  });

  it.each([
    [0.749, 'none'],
    [0.751, 'at-risk'],
    [0.901, 'urgent'],
    [1, 'breached'],
  ])('has a standard request at %d of its time as %s', (share, deadlineRisk) => {
    const now = new Date(began.getTime() + share * (endOfDaySeven.getTime() - began.getTime()));
    expect(judgeRequest(facts({ status: 'PENDING', completedAt: began }), rules, now).deadlineRisk).toBe(
      deadlineRisk,
    );
  });

  it('leaves the incident of a stage that it has passed', () => {
    const of = (stage: string) =>
      judgeRequest(
        facts({ mainStage: 'API_CONNECTOR', incidentKey: `stuck/anthem/${stage}/9f2c41aa` }),
        rules,
        minutesOn(1),
      ).incidentKey;
    expect(of('API_CONNECTOR')).toBe('stuck/anthem/API_CONNECTOR/9f2c41aa');
    expect(of('VALIDATION')).toBeNull();
  });

  it('stops the clock with a decision', () => {
    const at = minutesOn(1);
    const ended = facts({ status: 'DENIED', completedAt: at, clockStoppedAt: at });
    for (const decided of [ended, { ...ended, decidedAt: at, notifiedAt: at }])
      expect(judgeRequest(decided, rules, minutesOn(10_000_000))).toMatchObject({
        stuck: null,
        checkAt: null,
      });
  });

  it('finds a decision that is not delivered', () => {
    const at = minutesOn(1);
    const decided = facts({ status: 'DENIED', completedAt: at, decidedAt: at, clockStoppedAt: at });
    expect(judgeRequest(decided, rules, minutesOn(14)).stuck).toBeNull();
    expect(judgeRequest(decided, rules, minutesOn(16)).stuck?.reason).toBe('decided-not-delivered');
  });
});

describe('the documented settings', () => {
  const page = readFileSync(new URL('../../docs/stuck.md', import.meta.url), 'utf8');
  const [limits, policy] = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => json);

  it('are the defaults, and valid', () => {
    expect(parseStageLimits(limits)).toEqual(defaultStageLimits);
    expect(parseDecisionPolicy(policy).default).toEqual(defaultDecisionPolicy.default);
    expect(parseDecisionPolicy(policy).tenants.size).toBe(2);
    expect(parseDecisionPolicy(policy).plans.size).toBe(2);
  });

  it('have every reason and every reason its row', () => {
    for (const { reason } of stateRules) if (reason !== null) expect(page).toContain(`| \`${reason}\` |`);
  });
});

describe('stage limits', () => {
  it('are 15 minutes unless a stage waits for others', () => {
    expect(limitOf('PARSING', defaultStageLimits)).toEqual({ begin: 900, result: 900 });
    expect(limitOf('FAX_GATEWAY', defaultStageLimits)).toEqual({ begin: 900, result: 900 });
    expect(limitOf('CALLBACK_HANDLER', defaultStageLimits)).toEqual({ begin: 86_400, result: 900 });
    expect(limitOf('ATTACHMENT', defaultStageLimits)).toEqual({ begin: 14_400, result: 14_400 });
  });

  it('can be set for all stages and for one, under any of its names', () => {
    const limits = parseStageLimits(
      '{"default":20,"stages":{"request-parser":5,"API_CONNECTOR":{"result":2}}}',
    );
    expect(limitOf('ENRICHMENT', limits)).toEqual({ begin: 1200, result: 1200 });
    expect(limitOf('PARSING', limits)).toEqual({ begin: 300, result: 300 });
    expect(limitOf('API_CONNECTOR', limits)).toEqual({ begin: 1200, result: 120 });
    expect(limitOf('CALLBACK_HANDLER', limits)).toEqual({ begin: 86_400, result: 1200 });
    expect(shortestLimit(limits)).toBe(120);
  });

  it('say every fault in one sentence', () => {
    expect(() => parseStageLimits('{"default":"soon","stages":{"PARSNIP":3}}')).toThrow(
      /^The stuck limits are not valid; correct default: .*; stages\.PARSNIP: is not one of ORCHESTRATION, .*\.$/,
    );
  });
});

/** The states as a Mermaid diagram: what enters each, and what it becomes when it lasts too long. */
function stateDiagram(): string {
  const name = (state: string) => state.replaceAll('-', '_');
  const lines = stateRules.flatMap(({ state, entered, lasts, reason }) => [
    `  state "${state}" as ${name(state)}`,
    `  any_event --> ${name(state)}: ${entered}`,
    ...(reason === null ? [] : [`  ${name(state)} --> stuck_${name(reason)}: lasts longer than ${lasts}`]),
  ]);
  const reasons = new Set(stateRules.flatMap(({ reason }) => reason ?? []));
  return [
    'stateDiagram-v2',
    '  direction LR',
    '  state any_event <<choice>>',
    '  [*] --> any_event',
    ...lines,
    ...[...reasons].map((reason) => `  state "stuck - ${reason}" as stuck_${name(reason)}`),
    ...[...reasons].map(
      (reason) => `  stuck_${name(reason)} --> any_event: the next main-lane event, or its end`,
    ),
  ].join('\n');
}

/** The same as a Markdown table, in the order in which the rules are tried. */
function stateTable(): string {
  const rows = stateRules.map(({ state, entered, lasts, reason, clock }) =>
    [state, entered, lasts ?? 'for ever', reason ?? '–', clock ? 'runs' : 'stopped'].join(' | '),
  );
  return [
    '| state | entered by | may last | then it is stuck as | decision clock |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}
