import { randomUUID } from 'node:crypto';
import type { Database } from '../../data-access/database.ts';
import { DatabaseError, hasSqlState, SqlState } from '../../data-access/database-error.ts';
import { eventTypes, impliedStatus } from '../../domain/event-catalogue.ts';
import { readMessage } from '../../domain/event-message.ts';
import { defaultRetryPolicy } from '../../domain/retry-policy.ts';
import type { TrackedEvent } from '../../domain/tracked-event.ts';
import { type CheckContext, type CheckOutcome, fail, notApplicable } from './doctor-check.ts';

/** No real tenant has this name; what is recorded under it is rolled back. */
export const PROBE_TENANT = 'pagw-doctor';

export const newProbeId = (): string => `PAGW-DOCTOR-${randomUUID()}`;

/** What the running services call the statuses. */
const SERVICE_STATUS: Readonly<Record<string, string>> = { COMPLETED: 'SUCCESS', FAILED: 'FAILURE' };

/** Metadata as the review's example has it. */
export const PROBE_METADATA = { diagnosisCount: 3, procedureCount: 5 };

type ProbeFields = { eventType: string } & Readonly<Record<string, unknown>>;

/** Events as ingest would read them from a message of one request. @throws Error when the contract refuses one. */
export function probeEvents(pagwId: string, sent: readonly ProbeFields[], now: Date): TrackedEvent[] {
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
export function everyServiceEvent(): ProbeFields[] {
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
export async function withWriter(
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
