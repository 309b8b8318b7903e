import { expect, it } from 'vitest';
import { listArchiveObjects } from '../../../lib/data-access/archive.ts';
import { ensurePartition } from '../../../lib/data-access/maintain.ts';
import { compactRequests } from '../../../lib/data-access/retention.ts';
import { refreshFlow, refreshSummary } from '../../../lib/data-access/summary.ts';
import { readMessage } from '../../../lib/domain/event-message.ts';
import { defaultRetryPolicy } from '../../../lib/domain/retry-policy.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { archiveRequests } from '../../../lib/flows/retention/archive-requests.ts';
import { dropArchivedMonths } from '../../../lib/flows/retention/drop-archived-months.ts';
import { restoreObject } from '../../../lib/flows/retention/restore-archived.ts';
import { openRandom } from '../../../lib/local/demo/random.ts';
import { openArchiveBucket } from '../../support/archive-bucket.ts';
import { openTestDatabase } from '../../support/database.ts';
import { expectDerivedStates } from '../../support/derived-states.ts';
import { forFile } from '../../support/for-file.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STEPS = 60;
/** So many steps go to three requests, and end with a decision of each. */
const GENERATION = 12;
const TYPES = [
  ...['PARSE_START', 'PARSE_OK', 'VAL_START', 'VAL_OK', 'VAL_FAIL'],
  ...['DOWNSTREAM_START', 'DOWNSTREAM_OK', 'NOTIFY_OK', 'RESPONSE_OK'],
];
const STANDING = `pagw_id, status, last_stage, main_stage, main_status, determination, decided_at, completed_at, received_at,
  last_sequence_no, last_event_at, main_at`;
const summed = (tenant: string) =>
  `SELECT stage, event_type, status, sum(event_count)::bigint AS events, sum(duration_sum_ms)::bigint AS ms
   FROM summary_between(${tenant}, '1970-01-01', NULL) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;
/** All that is kept of events when they are gone. */
const KEPT = [
  'SELECT * FROM event_tracker_summary ORDER BY tenant, hour, stage, event_type, status',
  'SELECT * FROM event_tracker_summary_total ORDER BY hour, stage, event_type, status',
  summed('NULL'),
  summed(`'anthem'`),
  'SELECT * FROM request_flow ORDER BY pagw_id, lanes',
  `SELECT * FROM flow_summary WHERE slice = 'hour' ORDER BY starts_at, tenant, kind, lanes, path, request_type, priority`,
  'SELECT * FROM decision_episode ORDER BY pagw_id, episode',
  `SELECT ${STANDING} FROM request_tracker ORDER BY pagw_id`,
];
const archive = await forFile(openArchiveBucket());

function eventsOf(messages: readonly object[], sentAt: Date) {
  return messages.flatMap((message) => {
    const rules = { retryPolicy: defaultRetryPolicy, jitter: () => 1 };
    return readMessage(JSON.stringify(message), { messageId: 'm', sentAt }, rules).events;
  });
}

it.each([5, 7])(
  'what is kept of events is the same whoever merges, archives, drops and puts them back, by whatever clock (seed %i)',
  async (seed) => {
    const random = openRandom(String(seed));
    const below = (end: number) => Math.floor(random.next() * end);
    const pick = <T>(of: readonly T[]) => of[below(of.length)] as T;
    const kept = await openTestDatabase();
    // The same events, of which nothing goes.
    const whole = await openTestDatabase();
    const bucket = { s3: archive.s3, bucket: archive.bucket };
    let clock = pick([Date.now(), Date.parse('2026-03-20T10:00:00Z')]);
    const anyClock = () =>
      pick([
        ...[clock, clock + 200 * DAY_MS, clock + 200 * DAY_MS, clock - 60 * DAY_MS].map((at) => new Date(at)),
        ...[new Date('2100-01-02T00:00:00Z'), new Date('1970-01-05T00:00:00Z')],
      ]);
    const options = () => ({ database: kept.database, now: anyClock(), mayGoOn: () => true });
    const months = new Set<string>();
    let sent = 0;

    async function record(at: Date, messages: readonly object[]) {
      months.add(at.toISOString().slice(0, 7));
      for (const { database } of [kept, whole]) {
        await ensurePartition(database, at);
        const outcomes = await recordEvents(database, eventsOf(messages, at), at);
        expect(outcomes.map(({ outcome }) => outcome)).toEqual(messages.map(() => 'RECORDED'));
      }
    }
    const message = (pagwId: string, eventType: string, at: Date, outcome: string) => ({
      ...{ tenant: 'anthem', pagwId, eventId: `e-${++sent}`, eventType, durationMs: below(9_000) },
      occurredAt: new Date(at.getTime() - below(100_000)).toISOString(),
      ...(eventType === 'RESPONSE_OK' ? { metadata: { outcome } } : {}),
    });
    const acts = [
      () => refreshSummary(options()),
      () => refreshFlow(options()),
      () => compactRequests(options(), 30),
      () => archiveRequests(options(), bucket, 90),
      () => archiveRequests(options(), bucket, 90),
      () => dropArchivedMonths(options(), bucket, 90),
      () => dropArchivedMonths(options(), bucket, 90),
      async () => {
        for (const month of months)
          for await (const object of listArchiveObjects(kept.database, month))
            await restoreObject(kept.database, archive.s3, object, anyClock());
      },
    ];

    for (let step = 0; step < STEPS; step++) {
      clock += below(HOUR_MS * (random.next() < 0.12 ? 24 * 50 : 1));
      const requests = [0, 1, 2].map((place) => `R-${Math.floor(step / GENERATION)}-${place}`);
      if (step % GENERATION === GENERATION - 1) {
        const at = new Date(clock);
        await record(
          at,
          requests.map((pagwId) => message(pagwId, 'RESPONSE_OK', at, 'approved')),
        );
      } else if (random.next() < 0.45) {
        const at = new Date(clock - (random.next() < 0.1 ? below(90 * DAY_MS) : 0));
        const outcome = pick(['approved', 'denied', 'pended']);
        await record(
          at,
          Array.from({ length: 1 + below(8) }, () => message(pick(requests), pick(TYPES), at, outcome)),
        );
      } else await pick(acts)();
    }

    const { rows: gone } = await kept.database.execute(
      'SELECT month FROM archived_month WHERE event_count > 0',
    );
    expect(gone).not.toEqual([]);
    // Every hour is made again of what is left.
    await kept.database.execute(
      'INSERT INTO event_summary_changed_hour SELECT DISTINCT hour FROM event_tracker_summary ON CONFLICT DO NOTHING',
    );
    for (const { database } of [kept, whole]) {
      await refreshSummary({ database, now: new Date(clock), mayGoOn: () => true });
      await refreshFlow({ database, now: new Date(clock), mayGoOn: () => true });
    }
    for (const look of KEPT)
      expect((await kept.database.execute(look)).rows).toEqual((await whole.database.execute(look)).rows);
    await expectDerivedStates(kept.database);
    await kept.close();
    await whole.close();
  },
);
