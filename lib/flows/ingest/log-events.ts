import type { Logger } from '@aws-lambda-powertools/logger';
import type { EventLogForm } from '../../runtime/env.ts';
import type { EventLine } from './ingest-messages.ts';

/** Lines stay far below what CloudWatch Logs takes of one: an event is 250 bytes at most. */
const EVENTS_OF_A_LINE = 500;

/** Logs what became of a batch's events. */
export function logEvents(logger: Logger, form: EventLogForm, lines: readonly EventLine[]): void {
  if (form === 'batch') {
    for (let from = 0; from < lines.length; from += EVENTS_OF_A_LINE)
      logger.info('events', { events: lines.slice(from, from + EVENTS_OF_A_LINE) });
    return;
  }
  for (const line of lines)
    if (form === 'every' || line.outcome === 'REJECTED') logger.info('event', { ...line });
}
