import type { S3Client } from '@aws-sdk/client-s3';
import type { Database } from '../../data-access/database.ts';
import {
  type EventLogFilter,
  type LoggedEvent,
  type LoggedRequest,
  listLoggedRequests,
  readLoggedEvents,
} from '../../data-access/event-log.ts';
import { printable } from '../../domain/printable-text.ts';
import { readHistory } from '../retention/read-history.ts';

/** Events of one request, in their order; a long history comes in several batches, one after the other. */
export interface LogBatch {
  request: LoggedRequest;
  events: readonly LoggedEvent[];
}

/** Their histories are asked for together. */
const PAGE_REQUESTS = 50;

/**
 * Every event of the requests, request by request, oldest first, from the database and from the archive.
 * @throws ArchiveDamagedError when the archive does not hold what it should
 */
export async function* readEventLog(
  database: Database,
  s3: S3Client,
  filter: EventLogFilter,
): AsyncGenerator<LogBatch> {
  let position: string | undefined;
  do {
    const page = await listLoggedRequests(database, filter, PAGE_REQUESTS, position);
    let together: LoggedRequest[] = [];
    for (const request of page.rows) {
      if (!request.isArchived) {
        together.push(request);
        continue;
      }
      yield* readLoggedEvents(database, together);
      together = [];
      for await (const events of readHistory(database, s3, request)) yield { request, events };
    }
    yield* readLoggedEvents(database, together);
    position = page.next ?? undefined;
  } while (position !== undefined);
}

/**
 * An event log as IEEE 1849-2016 (XES) has it: a trace a request, named by its id; an event's name is its stage, its
 * transition what its status says. Other tools know the four extensions; what has no name there has one of its own.
 */
export const XES_BEGIN = `<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <global scope="trace">
    <string key="concept:name" value=""/>
  </global>
  <global scope="event">
    <string key="concept:name" value=""/>
    <string key="lifecycle:transition" value="complete"/>
    <date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>
  </global>
  <classifier name="Stage" keys="concept:name"/>
  <classifier name="StageAndTransition" keys="concept:name lifecycle:transition"/>
`;

export const XES_END = '</log>\n';

/** Of the standard transactional model of the lifecycle extension. */
const TRANSITIONS: Readonly<Record<string, string>> = {
  STARTED: 'start',
  COMPLETED: 'complete',
  FAILED: 'ate_abort',
  SKIPPED: 'autoskip',
  RETRY_SCHEDULED: 'schedule',
};

export function traceBegin(request: LoggedRequest): string {
  const attributes = [
    text('concept:name', request.pagwId),
    text('tenant', request.tenant),
    text('requestType', request.requestType),
    text('priority', request.priority),
    text('requestStatus', request.status),
    date('receivedAt', request.receivedAt),
    date('completedAt', request.completedAt),
    date('decidedAt', request.decidedAt),
  ];
  return `  <trace>\n${attributes.map((attribute) => attribute && `    ${attribute}\n`).join('')}`;
}

export const TRACE_END = '  </trace>\n';

export function eventElement(event: LoggedEvent): string {
  return `    <event>${[
    text('concept:name', event.stage),
    text('lifecycle:transition', TRANSITIONS[event.status] ?? 'unknown'),
    date('time:timestamp', event.occurredAt),
    text('org:resource', event.workerId),
    text('org:group', event.serviceName),
    text('eventType', event.eventType),
    text('eventId', event.eventId),
    int('sequenceNo', event.sequenceNo),
    int('attempt', event.attempt),
    int('durationMs', event.durationMs),
    text('errorCode', event.errorCode),
    date('recordedAt', event.createdAt),
  ].join('')}</event>\n`;
}

function text(key: string, value: string | null): string {
  return value === null ? '' : `<string key="${key}" value="${escaped(value)}"/>`;
}

function date(key: string, value: Date | null): string {
  return value === null ? '' : `<date key="${key}" value="${value.toISOString()}"/>`;
}

function int(key: string, value: number | null): string {
  return value === null ? '' : `<int key="${key}" value="${value}"/>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML has no way to write most control characters: they stand as JSON writes them. */
function escaped(value: string): string {
  return printable(value)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}
