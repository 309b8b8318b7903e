import { beforeAll, describe, expect, it } from 'vitest';
import { createHandler } from '../../lambdas/ingest.ts';
import { publishedFigures } from '../../lib/data-access/published-figures.ts';
import { localYears, parseDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import type { PlanFigures } from '../../lib/domain/published-plans.ts';
import { startAwsDouble } from '../support/aws-double.ts';
import { databaseOfFile } from '../support/database.ts';
import { forFile } from '../support/for-file.ts';
import { lambdaContext, sqsEvent } from '../support/lambda.ts';
import { ingestBehind } from '../support/lambda-environment.ts';
import { readYear, type Step } from './read-year.ts';

const years = ['second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'].map(readYear);
const told = Object.assign({}, ...years.map((year) => year.told)) as ReturnType<typeof readYear>['told'];
const policy = {
  plans: Object.assign({ 'plan-in-any-case': { kind: 'exchange' } }, ...years.map(({ plans }) => plans)),
  states: { TX: { expeditedHours: 24, standardBusinessDays: 3 } },
};

interface Message {
  heardAt: Date;
  group: string;
  body: object[];
}

const db = await databaseOfFile();
const aws = await forFile(startAwsDouble());

beforeAll(async () => {
  const inOrder = Object.entries(told).flatMap(([name, [, steps]]) => messagesOf('anthem', name, steps));
  const inDisorder = Object.entries(told).flatMap(([name, [, steps]]) =>
    messagesOf('carelon', name, steps).flatMap((message) => [late(message), late(message)]),
  );
  await deliver([...inOrder, ...inDisorder]);
});

const instant = (at: string) =>
  new Date(`${/^\d\d-/.test(at) ? `2026-${at}` : at}Z`.replace(' ', 'T').replace('Z', ':00Z'));

/** A message a time: what is said at one time, or stands before what happened earlier, is sent together. */
function messagesOf(tenant: string, name: string, steps: readonly Step[]): Message[] {
  const messages: Message[] = [];
  for (const [place, [at, eventType, metadata, stated, heard]] of steps.entries()) {
    const heardAt = instant(heard ?? at);
    const event = {
      ...{ eventId: `e-${place}`, tenant, pagwId: `${tenant}-${name}`, eventType },
      ...{ occurredAt: instant(at).toISOString(), metadata },
      request: place === 0 ? { plan: name, ...stated } : stated,
    };
    const last = messages.at(-1);
    if (last !== undefined && last.heardAt >= heardAt) last.body.push(event);
    else messages.push({ heardAt, group: event.pagwId, body: [event] });
  }
  return messages;
}

let drawn = 7;
/** Up to 20 days late, by a generator that always draws the same. */
function late(message: Message): Message {
  drawn = (drawn * 48_271) % 2_147_483_647;
  return { ...message, heardAt: new Date(message.heardAt.getTime() + (drawn % 20) * 86_400_000) };
}

/** Hands the messages of a week to the handler at the time the last of them is heard of: it takes more than Lambda's ten. */
async function deliver(messages: Message[]) {
  let now = new Date();
  const environment = { ...ingestBehind(aws, db), DECISION_POLICY: JSON.stringify(policy) };
  const handler = createHandler(environment, { now: () => now });
  const inTime = messages.toSorted((one, other) => one.heardAt.getTime() - other.heardAt.getTime());
  const byWeek = Map.groupBy(inTime, ({ heardAt }) => Math.floor(heardAt.getTime() / 604_800_000));
  for (const batch of byWeek.values()) {
    now = batch.at(-1)?.heardAt ?? now;
    const sent = batch.map(({ body, group, heardAt }) => ({ body, group, sentAt: heardAt }));
    expect(await handler(sqsEvent(...sent), lambdaContext('ingest'))).toEqual({ batchItemFailures: [] });
  }
}

const span = {
  ...{ since: new Date('2026-01-01T00:00:00Z'), until: new Date('2027-01-01T00:00:00Z') },
  years: localYears(parseDecisionPolicy(JSON.stringify(policy)), 2026),
};
/** Sums of the others, and what is compared by itself. */
const DERIVED = new Set(['decided', 'bound', 'inTime', 'appealsDecided']);

/** The figures that are not zero, as the year writes them. */
function written(rows: readonly PlanFigures[]): string {
  return rows
    .toSorted((one, other) => other.priority.localeCompare(one.priority))
    .map(({ tenant, plan, priority, meanMs, medianMs, appealMeanMs, ...counts }) => {
      const named = Object.entries(counts).flatMap(([name, count]) =>
        DERIVED.has(name) || count === 0 ? [] : [count === 1 ? name : `${name}:${count}`],
      );
      return [priority.slice(0, 1), ...named.toSorted()].join(' ');
    })
    .join(' ');
}

const inOrder = (counts: string) =>
  counts
    .split(/(?=\b[SE] )/)
    .map((part) => part.trim().split(' '))
    .map(([priority, ...names]) => [priority, ...names.toSorted()].join(' '))
    .join(' ');

describe.each([
  ['as it happens', 'anthem'],
  ['late, doubled and out of order', 'carelon'],
])('the second year to the eighth, told %s', (_, tenant) => {
  let figures: PlanFigures[];
  beforeAll(async () => {
    figures = await publishedFigures(db.database, { tenant, ...span });
  });

  it('counts each request as it should', () => {
    const expected = Object.entries(told).map(([name, [why, , counts, hours]]) => [
      `${name}: ${inOrder(counts)} ${hours?.toFixed(3) ?? '–'}. ${why}`,
    ]);
    const counted = Object.entries(told).map(([name, [why]]) => {
      const rows = figures.filter(({ plan }) => plan === name);
      const decided = rows.reduce((sum, row) => sum + row.decided, 0);
      const ms = rows.reduce((sum, row) => sum + (row.meanMs ?? 0) * row.decided, 0);
      return [
        `${name}: ${written(rows)} ${decided === 0 ? '–' : (ms / decided / 3_600_000).toFixed(3)}. ${why}`,
      ];
    });
    expect(counted).toEqual(expected);
  });

  it('adds up in every row', () => {
    for (const row of figures) {
      const ended = row.decided + row.withdrawn + row.dismissed + row.void + row.notRequired + row.open;
      expect(row.received + row.carriedIn, row.plan).toBe(ended);
      expect(row.approved + row.partial + row.denied, row.plan).toBe(row.decided);
      expect(row.approvedInTime + row.partialInTime + row.deniedInTime, row.plan).toBe(row.inTime);
      expect(row.bound, row.plan).toBe(
        row.plan === 'UNBOUND' || row.plan.startsWith('OFF-') ? 0 : row.decided,
      );
    }
  });
});
