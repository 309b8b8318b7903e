import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../data-access/database.ts';
import { DatabaseError, hasSqlState, SqlState } from '../../data-access/database-error.ts';
import {
  findByContainment,
  findSampleRequest,
  findSequenceFaults,
  findUniqueIndexes,
  readColumnType,
  readStoredEvents,
} from '../../data-access/doctor.ts';
import { countReviewRetries, dueRetries, reviewRetries } from '../../data-access/due-retries.ts';
import { readTimeline, type TimelineEvent } from '../../data-access/timeline.ts';
import { eventTypes, impliedStatus } from '../../domain/event-catalogue.ts';
import { readMessage } from '../../domain/event-message.ts';
import { pagwCommand } from '../../domain/printable-text.ts';
import { defaultRetryPolicy } from '../../domain/retry-policy.ts';
import type { TrackedEvent } from '../../domain/tracked-event.ts';
import { countText, plural } from '../../domain/words.ts';
import { momentText } from '../moment-text.ts';
import {
  type CheckContext,
  type CheckOutcome,
  type DoctorCheck,
  fail,
  noRequestYet,
  notApplicable,
  pass,
} from './doctor-check.ts';
import { probeWrites, refusesDoubledNumber, waitsForOther } from './probe-writes.ts';
import { judgeMigration } from './state-checks.ts';

/** No real tenant has this name; what is recorded under it is rolled back. */
const PROBE_TENANT = 'pagw-doctor';

const newProbeId = (): string => `PAGW-DOCTOR-${randomUUID()}`;

/** What the running services call the statuses. */
const SERVICE_STATUS: Readonly<Record<string, string>> = { COMPLETED: 'SUCCESS', FAILED: 'FAILURE' };

/** Metadata as the review's example has it. */
const PROBE_METADATA = { diagnosisCount: 3, procedureCount: 5 };

type ProbeFields = { eventType: string } & Readonly<Record<string, unknown>>;

/** Events as ingest would read them from a message of one request. @throws Error when the contract refuses one. */
function probeEvents(pagwId: string, sent: readonly ProbeFields[], now: Date): TrackedEvent[] {
  const message = sent.map((fields) => ({ tenant: PROBE_TENANT, pagwId, ...fields }));
  const { events, rejections } = readMessage(
    JSON.stringify(message),
    { messageId: randomUUID(), sentAt: now },
    { retryPolicy: defaultRetryPolicy, jitter: () => 1 },
  );
  const [first] = rejections;
  if (first !== undefined)
    throw new Error(
      `The contract refuses the probe's event ${first.position}: ${first.code} at ${first.path}.`,
    );
  return events;
}

/** One event of each type of the catalogue, as a service's logStage… methods send it, and the two statuses no type implies. */
function everyServiceEvent(): ProbeFields[] {
  const typed = [...eventTypes.keys()].map((eventType): ProbeFields => {
    const status = impliedStatus(eventType);
    return {
      eventType,
      status: SERVICE_STATUS[status] ?? status,
      ...(status === 'STARTED' ? {} : { durationMs: 958, metadata: JSON.stringify(PROBE_METADATA) }),
      ...(status === 'FAILED' ? { errorCode: 'API_TIMEOUT', errorMessage: 'No answer in time.' } : {}),
    };
  });
  return [
    ...typed,
    { eventType: 'ATTACH_OK', status: 'SKIPPED' },
    { eventType: 'PARSE_FAIL', status: 'RETRY_SCHEDULED' },
  ];
}

/** Refusals of AWS, not of PostgreSQL: these credentials may not read the writer's secret. */
const REFUSALS = ['AccessDeniedException', 'ForbiddenException', 'SecretsErrorException'];
const INSUFFICIENT_PRIVILEGE = '42501';

/** Runs a check that writes, as the writer; an operator who may not be the writer skips it. */
async function withWriter(
  { connection }: CheckContext,
  check: (writer: Database) => Promise<CheckOutcome>,
): Promise<CheckOutcome> {
  try {
    return await check(connection.database('writer'));
  } catch (error) {
    if (error instanceof DatabaseError && error.cause instanceof Error && REFUSALS.includes(error.cause.name))
      return notApplicable(
        "it writes, and these credentials may not use the writer's secret",
        "Run it again with credentials that may read the stack's WriterSecretArn.",
      );
    if (hasSqlState(error, INSUFFICIENT_PRIVILEGE) && error instanceof Error)
      return fail(
        error.message,
        'Grant it to pagw_writer again, as migrations/schema.sql has it: ingest needs it too.',
      );
    if (hasSqlState(error, SqlState.checkViolation))
      return fail('this month has no partition', 'Run maintain; see the check partitions.');
    throw error;
  }
}

export const checkV005Applied: DoctorCheck = {
  id: 'v005-applied',
  part: 'before',
  title: 'V005 ran: event_tracker is there',
  needsDatabase: true,
  async run({ database }) {
    const { fault, appliedAt } = await judgeMigration(database, 'V005');
    if (fault !== undefined) return fault;
    if ((await readColumnType(database, 'event_tracker', 'sequence_no')) === undefined)
      return fail(
        'V005 is noted as applied, but event_tracker is gone',
        'Restore the database from a backup.',
      );
    return pass(`applied ${momentText(appliedAt, 'utc')}, its checksum agrees`);
  },
};

const GIN_INDEX = 'ix_event_tracker_metadata';

export const checkV006Applied: DoctorCheck = {
  id: 'v006-applied',
  part: 'before',
  title: 'V006 is applied: the metadata column is there',
  needsDatabase: true,
  async run({ database }) {
    const { fault, appliedAt } = await judgeMigration(database, 'V006');
    if (fault !== undefined) return fault;
    const type = await readColumnType(database, 'event_tracker', 'metadata');
    if (type !== 'jsonb')
      return fail(
        `metadata is ${type ?? 'missing'}, not jsonb`,
        'Add the column as migrations/V006 has it; ingest stores nothing without it.',
      );
    const [index] = await findUniqueIndexes(database, [GIN_INDEX]);
    if (index?.valid !== true)
      return fail(
        `metadata is jsonb, but its index ${GIN_INDEX} is ${index === undefined ? 'missing' : 'invalid'}`,
        `Create ${GIN_INDEX} again, as migrations/schema.sql has it.`,
      );
    return pass(`applied ${momentText(appliedAt, 'utc')}, its checksum agrees; jsonb, indexed`);
  },
};

export const checkUniqueSequence: DoctorCheck = {
  id: 'unique-sequence',
  part: 'before',
  title: '(pagw_id, sequence_no) is unique',
  needsDatabase: true,
  run: (context) =>
    withWriter(context, async (writer) => {
      const pagwId = newProbeId();
      const refused = await probeWrites(writer, context.now, async (probe) => {
        await probe.record(probeEvents(pagwId, [{ eventType: 'PARSE_START' }], context.now));
        return refusesDoubledNumber(probe, pagwId);
      });
      return refused
        ? pass('a second event with the number of the first was refused; rolled back')
        : fail(
            'a second event with the number of the first was accepted; rolled back',
            'Create ux_event_tracker_pagw_seq again, unique, as migrations/schema.sql has it.',
          );
    }),
};

const OTHER = { ...PROBE_METADATA, diagnosisCount: 4 };

export const checkMetadata: DoctorCheck = {
  id: 'metadata',
  part: 'before',
  title: 'Metadata JSONB stores and queries correctly',
  needsDatabase: true,
  run: (context) =>
    withWriter(context, async (writer) => {
      const pagwId = newProbeId();
      // As the Java service sends it, a string; and as an object.
      const events = probeEvents(
        pagwId,
        [
          { eventType: 'PARSE_OK', metadata: JSON.stringify(PROBE_METADATA) },
          { eventType: 'PARSE_OK', metadata: OTHER },
          { eventType: 'PARSE_START' },
        ],
        context.now,
      );
      const { stored, found } = await probeWrites(writer, context.now, async (probe) => {
        await probe.record(events);
        return {
          stored: (await readStoredEvents(probe.transaction, pagwId)).map(({ metadata }) => metadata),
          found: await findByContainment(probe.transaction, pagwId, { diagnosisCount: 3 }),
        };
      });
      const next = 'See that metadata is jsonb and that no trigger rewrites it.';
      if (!isDeepStrictEqual(stored, [PROBE_METADATA, OTHER, null]))
        return fail('what was stored is not what was sent', next);
      if (!isDeepStrictEqual(found, [1]))
        return fail(`containment finds ${found.length} of 3 events, not the one it should`, next);
      return pass('stored as sent; metadata @> {"diagnosisCount":3} finds the 1 of 3 events; rolled back');
    }),
};

const LATEST_REQUESTS = 2_000;

/** What concurrent writes have left behind so far, and what two writers of one request do now. */
export const checkConcurrentWrites: DoctorCheck = {
  id: 'concurrent-writes',
  part: 'before',
  title: "Concurrent writes don't cause sequence conflicts",
  needsDatabase: true,
  async run(context) {
    const { checked, faults } = await findSequenceFaults(context.database, LATEST_REQUESTS);
    const [fault] = faults;
    if (fault !== undefined)
      return fail(
        `${fault.pagwId} has ${plural(fault.events, 'event')}, its last number is ${fault.expectedLast}`,
        `Look at it with \`${pagwCommand('request show', [fault.pagwId])}\`; see the check sequences.`,
      );
    const tried = await withWriter(context, (writer) => tryTwoWriters(writer, context.now));
    if (tried.outcome === 'fail' || checked === 0) return tried;
    const found = `0 gaps, 0 doubles in the latest ${plural(checked, 'request')}`;
    return pass(`${tried.outcome === 'pass' ? tried.evidence : `not tried: ${tried.evidence}`}; ${found}`);
  },
};

async function tryTwoWriters(writer: Database, now: Date): Promise<CheckOutcome> {
  const pagwId = newProbeId();
  const event = (eventType: string) => probeEvents(pagwId, [{ eventType }], now);
  const { waited, numbers } = await probeWrites(writer, now, async (first) => {
    const begun = await first.record(event('PARSE_START'));
    const waited = await probeWrites(writer, now, (second) => waitsForOther(second, event('VAL_START')));
    const resumed = await first.record(event('PARSE_OK'));
    return { waited, numbers: [...begun, ...resumed].map(({ sequenceNo }) => sequenceNo).join(', ') };
  });
  const next = 'See that append_events and the keys of request_tracker are what the migrations have.';
  if (!waited) return fail('a second writer of the same request did not wait for the first', next);
  if (numbers !== '1, 2') return fail(`two events one after the other got the numbers ${numbers}`, next);
  return pass('a second writer of a request waits (rolled back)');
}

/** Long due, whatever the clocks say; and never. */
const DUE = { retryable: true, nextRetryAt: '2001-01-01T00:00:00Z' };
const LATER = { retryable: true, nextRetryAt: '2999-01-01T00:00:00Z' };

/** Of these five failures one is to be sent: the others are final, recovered, not yet due, or of a closed request. */
const OPEN_REQUEST = [
  { eventType: 'PARSE_FAIL', ...DUE },
  { eventType: 'VAL_FAIL', retryable: false },
  { eventType: 'ENRICH_FAIL', ...DUE },
  { eventType: 'ENRICH_OK' },
  { eventType: 'CONVERT_FAIL', ...LATER },
];
const CLOSED_REQUEST = [{ eventType: 'DOWNSTREAM_FAIL', ...DUE }, { eventType: 'RESPONSE_OK' }];

export const checkRetryQuery: DoctorCheck = {
  id: 'retry-query',
  part: 'before',
  title: 'The retry query returns failed retryable events, as the worker sends them',
  needsDatabase: true,
  async run(context) {
    const { database, now } = context;
    const { due, overtaken, overtakenPagwId } = await countReviewRetries(database, now);
    if (overtaken > 0)
      return fail(
        `${countText(overtaken)} of ${plural(due, 'row')} ${overtaken === 1 ? 'has' : 'have'} recovered or closed since, such as ${overtakenPagwId}`,
        'The next run of retry clears them; if it does not, something writes past append_events.',
      );
    return withWriter(context, async (writer) => {
      const [open, closed] = [newProbeId(), newProbeId()];
      const { asWritten, byWorker } = await probeWrites(writer, now, async (probe) => {
        // The open request in two batches: as happens, the recovery comes after its failure is stored.
        await probe.record(probeEvents(open, OPEN_REQUEST.slice(0, 3), now));
        await probe.record(probeEvents(open, OPEN_REQUEST.slice(3), now));
        for (const event of CLOSED_REQUEST) await probe.record(probeEvents(closed, [event], now));
        return {
          asWritten: await reviewRetries(probe.transaction, PROBE_TENANT),
          byWorker: (await dueRetries(probe.transaction, { tenant: PROBE_TENANT, now })).rows,
        };
      });
      const said = [asWritten, byWorker].map(
        (rows) => rows.map(({ stage }) => stage).join(', ') || 'nothing',
      );
      if (said.some((stages) => stages !== 'PARSING'))
        return fail(
          `of 5 failures, PARSING is due; the query says ${said[0]}, the worker's ${said[1]}`,
          'See that append_events is what migrations/functions/append_events.sql has: it clears what has been overtaken.',
        );
      return pass(
        `the one due of 5 failures, as the worker (rolled back); now ${countText(due)} due, 0 overtaken`,
      );
    });
  },
};

export const checkServiceMethods: DoctorCheck = {
  id: 'service-methods',
  part: 'before',
  title: 'All EventTrackerService methods write to the database',
  needsDatabase: true,
  run: (context) =>
    withWriter(context, async (writer) => {
      const pagwId = newProbeId();
      const sent = probeEvents(pagwId, everyServiceEvent(), context.now);
      const stored = await probeWrites(writer, context.now, async (probe) => {
        await probe.record(sent);
        return readStoredEvents(probe.transaction, pagwId);
      });
      const lost = sent.filter(
        ({ eventType, status }, place) =>
          stored[place]?.eventType !== eventType || stored[place]?.status !== status,
      );
      const [first] = lost;
      if (first !== undefined)
        return fail(
          `${lost.length} of ${plural(sent.length, 'event')} did not come back, such as ${first.eventType} ${first.status}`,
          'See that append_events is what migrations/functions/append_events.sql has: something replaced it, or a trigger interferes.',
        );
      const types = new Set(stored.map(({ eventType }) => eventType)).size;
      const statuses = new Set(stored.map(({ status }) => status)).size;
      return pass(`${types} event types in ${statuses} statuses written and read back; rolled back`);
    }),
};

export const checkTimeline: DoctorCheck = {
  id: 'timeline',
  part: 'before',
  title: "A sample request's timeline is complete and in order",
  needsDatabase: true,
  async run({ database }) {
    const request = await findSampleRequest(database);
    if (request === undefined) return noRequestYet;
    const events: TimelineEvent[] = [];
    for await (const page of readTimeline(database, request)) events.push(...page);
    const { pagwId, lastSequenceNo } = request;
    const misplaced = events.findIndex(({ sequenceNo }, place) => sequenceNo !== place + 1);
    if (misplaced < 0 && events.length >= lastSequenceNo && events.length > 0)
      return pass(`${pagwId}: ${plural(events.length, 'event')}, numbered 1 to ${events.length}`);
    const missing = misplaced < 0 ? events.length + 1 : misplaced + 1;
    return fail(
      `${pagwId}: event ${missing} of ${lastSequenceNo} is not in its place`,
      `Look at it with \`${pagwCommand('request show', [pagwId])}\`: something wrote or deleted events past append_events.`,
    );
  },
};
