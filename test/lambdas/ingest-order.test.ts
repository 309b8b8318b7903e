import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler } from '../../lambdas/ingest.ts';
import { LONGEST_REST_SECONDS, MOST_DELIVERIES } from '../../lib/runtime/redelivery.ts';
import {
  type AwsDouble,
  type DataApiFault,
  refusal,
  startAwsDouble,
  UNAVAILABLE,
} from '../support/aws-double.ts';
import { databaseOfFile } from '../support/database.ts';
import { runEventSource } from '../support/event-source.ts';
import { FifoQueue } from '../support/fifo-queue.ts';
import { forFile } from '../support/for-file.ts';
import { lambdaContext } from '../support/lambda.ts';
import { ingestBehind } from '../support/lambda-environment.ts';

const START = Date.parse('2026-03-02T08:00:00Z') / 1_000;
const HOUR = 3_600;
const db = await databaseOfFile();
const aws = await forFile(startAwsDouble());
let now = START;
const environment = ingestBehind(aws, db);

beforeEach(async () => {
  aws.fault = () => undefined;
  await db.database.execute('TRUNCATE rejected_message');
  await db.database.execute('TRUNCATE request_tracker CASCADE');
});

const messageOf = (pagwId: string, eventId: string) => ({
  groupId: pagwId,
  body: JSON.stringify({ eventId, tenant: 'anthem', pagwId, eventType: 'PARSE_OK' }),
});

/** Delivers messages, a second apart, until the queue is empty; to one process, as Lambda does. */
async function deliver(messages: readonly { groupId: string; body: string }[]) {
  const queue = new FifoQueue({ visibilitySeconds: LONGEST_REST_SECONDS, maxReceiveCount: MOST_DELIVERIES });
  const handler = createHandler(environment, { now: () => new Date(now * 1_000) });
  await runEventSource({
    queue,
    pollers: 2,
    arrivals: messages.map((message, place) => ({ at: START + Math.floor(place / 4), ...message })),
    until: START + HOUR,
    invoke: async (event, at) => {
      now = at;
      const response = await handler(event, lambdaContext('ingest'));
      return { response, seconds: 0.5, visibility: aws.visibility.splice(0) };
    },
  });
  return queue;
}

async function recordedOf(pagwId: string): Promise<string[]> {
  const { rows } = await db.database.execute<{ eventId: string }>(
    'SELECT event_id FROM event_tracker WHERE pagw_id = :id ORDER BY sequence_no',
    { id: pagwId },
  );
  return rows.map(({ eventId }) => eventId);
}

/** Answers each event's faults in turn, whichever call it is in. */
function failing(plans: ReadonlyMap<string, readonly DataApiFault[]>): AwsDouble['fault'] {
  const left = new Map([...plans].map(([eventId, faults]) => [eventId, [...faults]]));
  return (body) => {
    for (const [eventId, faults] of left)
      if (body.includes(`\\"${eventId}\\"`) && faults.length > 0) return faults.shift();
    return undefined;
  };
}

describe('a message that is not done', () => {
  it('comes again before the later ones of its group, which are not recorded until then', async () => {
    aws.fault = failing(new Map([['a-0', [refusal('40P01'), refusal('40P01')]]]));
    await deliver(['a-0', 'a-1', 'b-0', 'a-2'].map((id) => messageOf(`PAGW-${id[0]}`, id)));
    expect(await recordedOf('PAGW-a')).toEqual(['a-0', 'a-1', 'a-2']);
    expect(await recordedOf('PAGW-b')).toEqual(['b-0']);
  });

  it('never changes the order of any group, whatever fails, however often', async () => {
    const fault = fc.constantFrom<DataApiFault>(
      refusal('40P01'),
      refusal('42501'),
      UNAVAILABLE,
      { ...UNAVAILABLE, afterwards: true },
      { ...refusal('57P01'), afterwards: true },
    );
    const message = fc.record({ group: fc.nat(2), faults: fc.array(fault, { maxLength: 3 }) });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 2, maxLength: 14 }), async (messages) => {
        run += 1;
        const sent = messages.map(({ group, faults }, place) => ({
          pagwId: `PAGW-${run}-${group}`,
          eventId: `event-${run}-${place}`,
          faults,
        }));
        aws.fault = failing(new Map(sent.map(({ eventId, faults }) => [eventId, faults])));
        const queue = await deliver(sent.map(({ pagwId, eventId }) => messageOf(pagwId, eventId)));
        expect({ left: queue.size, dead: queue.deadLetters }).toEqual({ left: 0, dead: [] });
        for (const [pagwId, events] of Map.groupBy(sent, (each) => each.pagwId))
          expect(await recordedOf(pagwId)).toEqual(events.map(({ eventId }) => eventId));
      }),
      { numRuns: 12 },
    );
  });
});

describe('a message that the database refuses each time', () => {
  it('is set aside once others were recorded meanwhile, and lets its group go on', async () => {
    aws.fault = (body) => (/append_events.*a-poison/.test(body) ? refusal('XX000') : undefined);
    const neighbours = Array.from({ length: 12 }, (_, n) => messageOf(`PAGW-${n}`, `n-${n}`));
    const queue = await deliver([
      ...neighbours.slice(0, 2),
      messageOf('PAGW-a', 'a-poison'),
      messageOf('PAGW-a', 'a-after'),
      ...neighbours.slice(2),
    ]);
    expect(queue.size).toBe(0);
    expect(await recordedOf('PAGW-a')).toEqual(['a-after']);
    const { rows } = await db.database.execute('SELECT code, rule FROM rejected_message');
    expect(rows).toEqual([{ code: 'DATABASE_REFUSED', rule: 'sqlstate-XX000' }]);
  });

  it('stays where every message is refused, for then the database is at fault', async () => {
    aws.fault = (body) => (body.includes('append_events') ? refusal('42883') : undefined);
    const queue = await deliver([messageOf('PAGW-a', 'a-0'), messageOf('PAGW-b', 'b-0')]);
    expect(queue.size).toBe(2);
    const { rows } = await db.database.execute('SELECT code FROM rejected_message');
    expect(rows).toEqual([]);
  });
});
