import { compareStates } from '../../lib/data-access/compare-states.ts';
import type { Database } from '../../lib/data-access/database.ts';
import {
  type AcceptedEvent,
  type ModelRequest,
  modelOf,
  modelSummary,
  type Pause,
  type Status,
} from './reference-model.ts';
import type { ServiceDoor } from './service-door.ts';

/** All that went in, as those know who sent it. */
export interface SentEvents {
  /** By event id; ids are unique over all requests. */
  valid: ReadonlyMap<string, Omit<AcceptedEvent, 'recordedAt'>>;
  /** Message ids of poison. */
  poison: ReadonlySet<string>;
  /** Failures that an operator had retried: `pagwId:sequenceNo`. */
  broughtForward: ReadonlySet<string>;
  /** `pagwId:eventId` of each request's events in the order in which they were sent. */
  order: ReadonlyMap<string, readonly string[]>;
}

export interface Comparison {
  faults: string[];
  events: number;
  requests: number;
  /** Sent and neither recorded nor set aside. */
  lost: number;
  /** Recorded more than once. */
  doubled: number;
}

interface EventRow {
  eventId: string;
  tenant: string;
  pagwId: string;
  stage: string;
  eventType: string;
  status: Status;
  sequenceNo: number;
  attempt: number;
  retryable: boolean;
  nextRetryAt: Date | null;
  retryExhaustedAt: Date | null;
  occurredAt: Date;
  createdAt: Date;
  durationMs: number | null;
}

interface RequestRow {
  pagwId: string;
  tenant: string;
  status: string;
  lastSequenceNo: number;
  mainStage: string | null;
  mainStatus: string | null;
  mainSequenceNo: number | null;
  mainAttempt: number | null;
  nextStage: string | null;
  completedAt: Date | null;
  receivedAt: Date;
  determination: string | null;
  decidedAt: Date | null;
  clockStoppedAt: Date | null;
  stuckReason: string | null;
  stuckStage: string | null;
  stuckSince: Date | null;
  deadlineRisk: string | null;
  incidentKey: string | null;
  failureCount: number;
}

export interface ComparisonOptions {
  database: Database;
  sent: SentEvents;
  /** When the detector looked last; its verdicts are left out where it did not. */
  lookedAt?: number;
  pauses?: readonly Pause[];
  /** What handlers sent; left out where nobody kept it. */
  door?: Pick<ServiceDoor, 'commands' | 'published'>;
  /** Whether upkeep has run since the last event. */
  isSummarised?: boolean;
}

/** Holds everything that the database says against the model of what was sent. */
export async function compareWithModel(options: ComparisonOptions): Promise<Comparison> {
  const { database, sent } = options;
  const faults: string[] = [];
  const rows = await readEvents(database);
  const accepted = rows.map((row) => acceptedOf(row, sent, faults));
  const model = modelOf(accepted);
  const { lost, doubled } = compareWithSent(rows, sent, faults);
  await compareRejected(database, sent, faults);
  for (const row of rows) compareEvent(row, model, options, faults);
  const requests = await readRequests(database);
  if (requests.length !== model.size) faults.push(`${requests.length} requests instead of ${model.size}`);
  for (const row of requests) compareRequest(row, model.get(row.pagwId), options, faults);
  await compareEpisodes(database, model, faults);
  await compareWithHistories(database, faults);
  if (options.door !== undefined) await compareSent(database, rows, options.door, faults);
  if (options.lookedAt !== undefined) await compareIncidents(database, requests, faults);
  if (options.isSummarised) await compareSummary(database, accepted, faults);
  return { faults, events: rows.length, requests: requests.length, lost, doubled };
}

async function readEvents(database: Database): Promise<EventRow[]> {
  const all: EventRow[] = [];
  for (let after = ''; ; ) {
    const { rows } = await database.execute<EventRow & { place: string }>(
      `SELECT event_id, tenant, pagw_id, stage, event_type, status::text AS status, sequence_no, attempt, retryable,
         next_retry_at, retry_exhausted_at, occurred_at, created_at, duration_ms,
         pagw_id || lpad(sequence_no::text, 12, '0') AS place
       FROM event_tracker
       WHERE pagw_id || lpad(sequence_no::text, 12, '0') > :after COLLATE "C"
       ORDER BY (pagw_id || lpad(sequence_no::text, 12, '0')) COLLATE "C"
       LIMIT 1000`,
      { after },
    );
    all.push(...rows);
    after = rows.at(-1)?.place ?? after;
    if (rows.length < 1_000) return all;
  }
}

async function readRequests(database: Database): Promise<RequestRow[]> {
  const { rows } = await database.execute<RequestRow>(
    `SELECT pagw_id, tenant, status::text AS status, last_sequence_no, main_stage, main_status::text AS main_status,
       main_sequence_no, main_attempt, next_stage, completed_at, received_at, determination, decided_at,
       clock_stopped_at, stuck_reason, stuck_stage, stuck_since, deadline_risk, incident_key, failure_count
     FROM request_tracker`,
  );
  return rows;
}

/** What was sent under the id; our own events stand for themselves. */
function acceptedOf(row: EventRow, { valid }: SentEvents, faults: string[]): AcceptedEvent {
  const recordedAt = row.createdAt.getTime();
  const known = valid.get(row.eventId);
  if (known !== undefined) return { ...known, recordedAt };
  if (!row.eventId.startsWith('pagw:retry:')) faults.push(`${row.eventId} was never sent`);
  const { eventId, tenant, pagwId, stage, eventType, status, durationMs } = row;
  return {
    ...{ eventId, tenant, pagwId, stage, eventType, status, durationMs, recordedAt },
    ...{ occurredAt: row.occurredAt.getTime(), errorCode: null, outcome: null, isAsync: false },
    ...{ hasUrgent: null, targetSystem: null },
  };
}

function compareWithSent(
  rows: readonly EventRow[],
  { valid, order }: SentEvents,
  faults: string[],
): { lost: number; doubled: number } {
  const times = new Map<string, number>();
  for (const { pagwId, eventId } of rows)
    times.set(`${pagwId}:${eventId}`, (times.get(`${pagwId}:${eventId}`) ?? 0) + 1);
  const lost = [...valid.values()].filter(({ pagwId, eventId }) => !times.has(`${pagwId}:${eventId}`));
  const doubled = [...times].filter(([, count]) => count > 1);
  for (const { eventId } of lost.slice(0, 5)) faults.push(`${eventId} is lost`);
  for (const [id] of doubled.slice(0, 5)) faults.push(`${id} is doubled`);
  for (const [pagwId, history] of Map.groupBy(rows, (row) => row.pagwId)) {
    if (history.some(({ sequenceNo }, place) => sequenceNo !== place + 1))
      faults.push(`${pagwId} is numbered ${history.map(({ sequenceNo }) => sequenceNo).join(' ')}`);
    const recorded = history.map(({ eventId }) => eventId).filter((id) => valid.has(id));
    const asSent = order.get(pagwId);
    if (asSent !== undefined && lost.length === 0 && recorded.join() !== asSent.join())
      faults.push(`${pagwId} is recorded as ${recorded.join(' ')}, sent as ${asSent.join(' ')}`);
  }
  return { lost: lost.length, doubled: doubled.length };
}

async function compareRejected(database: Database, { poison }: SentEvents, faults: string[]): Promise<void> {
  const { rows } = await database.execute<{ messageId: string }>('SELECT message_id FROM rejected_message');
  const found = rows.map(({ messageId }) => messageId);
  for (const id of poison) if (!found.includes(id)) faults.push(`poison ${id} is not set aside`);
  for (const id of found) if (!poison.has(id)) faults.push(`${id} is set aside without a reason`);
  if (new Set(found).size !== found.length) faults.push('poison is set aside twice');
}

function compareEvent(
  row: EventRow,
  model: ReadonlyMap<string, ModelRequest>,
  { sent }: ComparisonOptions,
  faults: string[],
): void {
  const expected = model.get(row.pagwId)?.events[row.sequenceNo - 1];
  const name = `${row.pagwId} ${row.sequenceNo} ${row.eventType}`;
  if (expected === undefined) return void faults.push(`${name} is one too many`);
  // What somebody had retried by hand is due at once, and not exhausted any more.
  if (sent.broughtForward.has(`${row.pagwId}:${row.sequenceNo}`)) {
    if (expected.exhausted) expected.retryBy = expected.exhausted ? Number.POSITIVE_INFINITY : null;
    expected.exhausted = false;
  }
  same(name, 'attempt', row.attempt, expected.attempt, faults);
  same(name, 'retryable', row.retryable, expected.retryable, faults);
  same(name, 'exhausted', row.retryExhaustedAt !== null, expected.exhausted, faults);
  same(name, 'retry planned', row.nextRetryAt !== null, expected.retryBy !== null, faults);
  const retryAt = row.nextRetryAt?.getTime();
  if (retryAt === undefined || expected.retryBy === null) return;
  if (retryAt < row.createdAt.getTime() || retryAt > expected.retryBy)
    faults.push(`${name}: retried at ${row.nextRetryAt?.toISOString()}, out of bounds`);
  expected.retryBy = retryAt;
}

function compareRequest(
  row: RequestRow,
  request: ModelRequest | undefined,
  { lookedAt, pauses = [] }: ComparisonOptions,
  faults: string[],
): void {
  if (request === undefined) return void faults.push(`${row.pagwId} is nobody's`);
  const { main, resolution } = request;
  const is = (what: string, found: unknown, expected: unknown) =>
    same(row.pagwId, what, found, expected, faults);
  is('tenant', row.tenant, request.tenant);
  is('status', row.status, request.status);
  is('last number', row.lastSequenceNo, request.events.length);
  is('main stage', row.mainStage, main?.event.stage ?? null);
  is('main status', row.mainStatus, main?.event.status ?? null);
  is('main number', row.mainSequenceNo, main?.row.sequenceNo ?? null);
  is('main attempt', row.mainAttempt, main?.row.attempt ?? null);
  is('next stage', row.nextStage, main?.next ?? null);
  is('completed', row.completedAt?.getTime() ?? null, request.completedAt);
  is('received', row.receivedAt.getTime(), request.receivedAt);
  is('determination', row.determination, request.determination);
  is(
    'decided',
    row.decidedAt?.getTime() ?? null,
    request.determination === null ? null : (resolution?.at ?? null),
  );
  is('clock stopped', row.clockStoppedAt?.getTime() ?? null, resolution?.at ?? null);
  is('failures', row.failureCount, request.accepted.filter(({ status }) => status === 'FAILED').length);
  if (lookedAt === undefined) return;
  const verdict = request.verdictAt(lookedAt, pauses);
  is('stuck as', row.stuckReason, verdict?.reason ?? null);
  is('deadline risk', row.deadlineRisk, request.riskAt(lookedAt));
  if (verdict === null || row.stuckReason === null) return;
  is('stuck at', row.stuckStage, verdict.stage);
  is(`stuck (${verdict.reason}) since`, row.stuckSince?.getTime(), verdict.since);
}

async function compareEpisodes(
  database: Database,
  model: ReadonlyMap<string, ModelRequest>,
  faults: string[],
): Promise<void> {
  const { rows } = await database.execute<{
    pagwId: string;
    resolution: string | null;
    receivedAt: Date;
    resolvedAt: Date | null;
    notifiedAt: Date | null;
    dueAt: Date | null;
  }>('SELECT pagw_id, resolution, received_at, resolved_at, notified_at, due_at FROM decision_episode');
  if (rows.length !== model.size) faults.push(`${rows.length} decisions of ${model.size} requests`);
  for (const row of rows) {
    const request = model.get(row.pagwId);
    if (request === undefined) continue;
    const is = (what: string, found: unknown, expected: unknown) =>
      same(`decision of ${row.pagwId}`, what, found, expected, faults);
    is('resolution', row.resolution, request.resolution?.as ?? null);
    is('receipt', row.receivedAt.getTime(), request.receivedAt);
    is('resolved', row.resolvedAt?.getTime() ?? null, request.resolution?.at ?? null);
    is('notice', row.notifiedAt?.getTime() ?? null, request.notifiedAt);
    is('due', row.dueAt?.getTime() ?? null, request.dueAt);
  }
}

/** The model knows a part of what is kept; all the rest is what each history makes of it when it is folded again. */
async function compareWithHistories(database: Database, faults: string[]): Promise<void> {
  for (let after: string | null = ''; after !== null; ) {
    const { differences, next } = await compareStates(database, after);
    for (const { pagwId, fields } of differences)
      faults.push(`${pagwId} is not what its history makes of it in ${fields.join(', ')}`);
    after = next;
  }
}

/** Commands and notifications: each at least once, none without a reason. */
async function compareSent(
  database: Database,
  rows: readonly EventRow[],
  { commands, published }: Pick<ServiceDoor, 'commands' | 'published'>,
  faults: string[],
): Promise<void> {
  const tokens = new Set(commands.map(({ token }) => token));
  const failures = new Map(
    rows
      .filter(({ status }) => status === 'FAILED')
      .map((row) => [`${row.pagwId}:${row.sequenceNo}:${row.attempt + 1}`, row]),
  );
  for (const { token, stage, tenant } of commands) {
    const failure = failures.get(token);
    if (failure === undefined) faults.push(`command ${token} retries no failure`);
    else if (failure.stage !== stage || failure.tenant !== tenant)
      faults.push(`command ${token} goes to ${tenant} ${stage}`);
  }
  const scheduled = rows.filter(({ status }) => status === 'RETRY_SCHEDULED').map(({ eventId }) => eventId);
  for (const id of scheduled)
    if (!tokens.has(id.slice('pagw:retry:'.length))) faults.push(`${id} was noted and never sent`);
  const { rows: told } = await database.execute<{ id: number; isSent: boolean; isOver: boolean }>(
    `SELECT id, sent_at IS NOT NULL AS is_sent, superseded_at IS NOT NULL AS is_over FROM incident_notification`,
  );
  for (const { id, isSent, isOver } of told) {
    if (isSent && !published.includes(String(id))) faults.push(`notification ${id} was noted and never sent`);
    if (!isSent && !isOver) faults.push(`notification ${id} was never sent`);
  }
  const known = new Set(told.map(({ id }) => String(id)));
  for (const id of published) if (!known.has(id)) faults.push(`notification ${id} is unknown`);
}

async function compareIncidents(
  database: Database,
  requests: readonly RequestRow[],
  faults: string[],
): Promise<void> {
  const { rows } = await database.execute<{ key: string; count: number; opened: number }>(
    `SELECT key, count, (
       SELECT count(*) FROM incident_notification AS told 
       -- What befalls several tenants at once is told as one, under the key of the first.
       WHERE told.incident_id = coalesce(incident.lead_id, incident.id) AND told.kind = 'opened'
     ) AS opened
     FROM incident WHERE closed_at IS NULL`,
  );
  const members = new Map<string, number>();
  for (const { incidentKey } of requests)
    if (incidentKey !== null) members.set(incidentKey, (members.get(incidentKey) ?? 0) + 1);
  const open = new Map(rows.map((row) => [row.key, row]));
  for (const { key, count, opened } of rows) {
    same(`incident ${key}`, 'requests', count, members.get(key) ?? 0, faults);
    if (opened !== 1) faults.push(`incident ${key} was told ${opened} times that it began`);
  }
  for (const { pagwId, stuckReason, incidentKey } of requests)
    if (stuckReason !== null && !open.has(incidentKey ?? ''))
      faults.push(`${pagwId} is stuck, and no incident tells of it`);
}

async function compareSummary(
  database: Database,
  accepted: readonly AcceptedEvent[],
  faults: string[],
): Promise<void> {
  const { rows } = await database.execute<{
    hour: Date;
    tenant: string;
    stage: string;
    eventType: string;
    status: string;
    eventCount: number;
    durationCount: number;
    durationSumMs: number;
    durationMaxMs: number | null;
  }>(
    `SELECT hour, tenant, stage, event_type, status::text AS status, event_count, duration_count, duration_sum_ms,
       duration_max_ms
     FROM event_tracker_summary`,
  );
  const expected = modelSummary(accepted);
  if (rows.length !== expected.size)
    faults.push(`${rows.length} rows of summary instead of ${expected.size}`);
  for (const row of rows) {
    const key = [row.hour.toISOString(), row.tenant, row.stage, row.eventType, row.status].join(' ');
    const found = [row.eventCount, row.durationCount, row.durationSumMs, row.durationMaxMs ?? 0];
    same(`summary ${key}`, 'counts', found.join(), (expected.get(key) ?? []).join(), faults);
  }
}

function same(name: string, what: string, found: unknown, expected: unknown, faults: string[]): void {
  if (found !== expected) faults.push(`${name}: ${what} is ${String(found)}, not ${String(expected)}`);
}
