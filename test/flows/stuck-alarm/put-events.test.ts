import { readFileSync } from 'node:fs';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { claimOutgoingEvents, type OutgoingEvent } from '../../../lib/data-access/outgoing-events.ts';
import { defaultDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../../lib/domain/stage-limits.ts';
import type { TrackedEvent } from '../../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { putOnBus, putOutgoingEvents } from '../../../lib/flows/stuck-alarm/put-events.ts';
import { runStuckAlarm } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../../support/database.ts';
import { failedEvent, trackedEvent } from '../../support/tracked-event.ts';

const db = await databaseOfFile();
const at = (time: string) => new Date(`2026-03-02T${time}:00Z`);

const answered = (pagwId: string, time: string, outcome: string): Partial<TrackedEvent> => ({
  ...{ pagwId, eventType: 'RESPONSE_OK', stage: 'RESPONSE_BUILDER', status: 'COMPLETED' },
  ...{ occurredAt: at(time).toISOString(), metadata: { outcome }, eventId: `${pagwId}-${time}` },
});
const decide = (pagwId: string, time: string, outcome: string, recorded = time) =>
  recordEvents(db.database, [trackedEvent(answered(pagwId, time, outcome))], at(recorded));
const receive = (pagwId: string) => {
  const occurredAt = at('10:00').toISOString();
  const event = { pagwId, occurredAt, eventType: 'REQUEST_RECEIVED', stage: 'ORCHESTRATION' };
  const stated = { plan: 'H1234', priority: 'STANDARD' } as const;
  return recordEvents(db.database, [trackedEvent({ ...event, status: 'COMPLETED', stated })], at('10:00'));
};
const waiting = async () =>
  (await db.database.execute<{ kind: string }>(`SELECT kind FROM outgoing_event ORDER BY id`)).rows.map(
    ({ kind }) => kind,
  );
const all = async (events: readonly OutgoingEvent[]) => events.map(({ id }) => id);

it('writes nothing down while there is no bus', async () => {
  await receive('PAGW-0');
  await decide('PAGW-0', '11:00', 'approved');
  expect(await waiting()).toEqual([]);
});

it('tells of decisions, exhausted retries, stuck requests and incidents, as the page shows them', async () => {
  await putOutgoingEvents(db.database, all, at('10:00'));
  await receive('PAGW-1');
  await decide('PAGW-1', '11:00', 'denied');
  await receive('PAGW-2');
  await recordEvents(
    db.database,
    [
      failedEvent({
        ...{ pagwId: 'PAGW-2', stage: 'API_CONNECTOR', eventType: 'DOWNSTREAM_TIMEOUT', attempt: 5 },
        ...{ errorCode: 'API_TIMEOUT', occurredAt: at('10:00').toISOString(), retryable: true },
        retry: { baseSeconds: 60, factor: 2, capSeconds: 3_600, maxAttempts: 5, jitter: 1 },
      }),
    ],
    at('10:00'),
  );
  const put: OutgoingEvent[] = [];
  const run = await runStuckAlarm(db.database, {
    rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
    measureLag: async () => ({ seconds: 0 }) as never,
    publish: async () => undefined,
    put: (events) => {
      put.push(...events);
      return all(events);
    },
    now: at('12:00'),
  });
  expect(run.events).toEqual({ put: 4, failed: 0, waitingSeconds: 0 });
  const page = readFileSync(new URL('../../../docs/event-bus.md', import.meta.url), 'utf8');
  const shown = [...page.matchAll(/^`(\w+)`:[^`]*[\s\S]*?```json\n(.*)\n```$/gm)].map(([, kind, detail]) => [
    kind,
    JSON.parse(detail ?? ''),
  ]);
  expect(put.map(({ kind, id, detail }) => [kind, { id, ...JSON.parse(detail) }])).toEqual(shown);
  expect(await waiting()).toEqual([]);
});

it('tells again of what is decided otherwise, not of what only repeats', async () => {
  await decide('PAGW-1', '11:30', 'denied');
  await decide('PAGW-1', '11:45', 'approved');
  expect(await waiting()).toEqual([]);
  await decide('PAGW-1', '10:30', 'approved', '12:30');
  expect(await waiting()).toEqual(['decided']);
});

it('puts again what the bus did not take, whole or in part, and says for how long it waits', async () => {
  for (const pagwId of ['PAGW-3', 'PAGW-4']) {
    await receive(pagwId);
    await decide(pagwId, '12:30', 'approved');
  }
  const down = async () => {
    throw new Error('down');
  };
  expect(await putOutgoingEvents(db.database, down, at('12:45'))).toEqual({
    ...{ put: 0, failed: 3, waitingSeconds: 900 },
  });
  const bus = mockClient(EventBridgeClient);
  bus
    .on(PutEventsCommand)
    .resolvesOnce({
      FailedEntryCount: 1,
      Entries: [{ EventId: 'a' }, { ErrorCode: 'ThrottlingException' }, { EventId: 'c' }],
    })
    .resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'b' }] });
  const put = putOnBus(
    new EventBridgeClient({ region: 'us-east-1' }),
    'arn:aws:events:us-east-1:1:event-bus/b',
  );
  expect(await putOutgoingEvents(db.database, put, at('12:46'))).toMatchObject({ put: 2, failed: 1 });
  expect(await putOutgoingEvents(db.database, put, at('12:47'))).toEqual({
    ...{ put: 1, failed: 0, waitingSeconds: 0 },
  });
  const [first, second] = bus.commandCalls(PutEventsCommand).map(({ args }) => args[0].input.Entries ?? []);
  expect(second).toEqual([first?.[1]]);
  expect(first?.[0]).toMatchObject({ Source: 'pagw.event-tracker', DetailType: 'decided' });
  bus.restore();
});

it('leaves the rest to the next run where the bus takes nothing', async () => {
  await db.database.execute(
    `INSERT INTO outgoing_event (kind, tenant, detail, written_at)
     SELECT 'decided', 'anthem', '{}', :at::timestamptz FROM generate_series(1, 150)`,
    { at: at('12:48') },
  );
  let calls = 0;
  const down = async () => {
    calls++;
    throw new Error('down');
  };
  const run = await putOutgoingEvents(db.database, down, at('12:49'), () => calls < 50);
  expect({ ...run, calls }).toEqual({ put: 0, failed: 100, waitingSeconds: 60, calls: 10 });
  expect(await putOutgoingEvents(db.database, all, at('12:49'))).toMatchObject({
    put: 150,
    waitingSeconds: 0,
  });
});

it('waits for no other run, and takes nothing that it is taking', async () => {
  await receive('PAGW-7');
  await decide('PAGW-7', '12:48', 'approved');
  await db.database.transaction(async (other) => {
    expect(await claimOutgoingEvents(other, 100, 240, at('12:49'))).toHaveLength(1);
    expect(await claimOutgoingEvents(db.database, 100, 240, at('12:49'))).toEqual([]);
  });
  expect(await putOutgoingEvents(db.database, all, at('12:54'))).toMatchObject({ put: 1 });
});

it('leaves to a later run what one that died has claimed, and gives up what nobody listens to', async () => {
  await receive('PAGW-5');
  await decide('PAGW-5', '12:50', 'approved');
  await db.database.execute(`UPDATE outgoing_event SET claimed_until = :until::timestamptz`, {
    until: at('12:55'),
  });
  expect(await putOutgoingEvents(db.database, all, at('12:51'))).toMatchObject({
    put: 0,
    waitingSeconds: 60,
  });
  expect(await putOutgoingEvents(db.database, all, at('12:56'))).toMatchObject({ put: 1 });
  await receive('PAGW-6');
  await decide('PAGW-6', '12:57', 'approved');
  await putOutgoingEvents(db.database, undefined, at('12:58'));
  expect(await waiting()).toEqual([]);
  await decide('PAGW-6', '12:40', 'denied', '12:59');
  expect(await waiting()).toEqual([]);
});
