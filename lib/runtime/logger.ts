import { Logger } from '@aws-lambda-powertools/logger';
import { DatabaseError } from '../data-access/database-error.ts';

/** The structured logger of a flow. Never hand it a message body, metadata or an error text: they may hold PHI. */
export function openLogger(flow: string): Logger {
  return new Logger({ serviceName: `pagw-${flow}` });
}

/** What may be logged of a failure: never the error's own text, which may quote what was sent or stored. */
export function reasonOf(failure: unknown): { error: string; kind?: string; sqlState?: string | undefined } {
  if (failure instanceof DatabaseError)
    return { error: failure.name, kind: failure.kind, sqlState: failure.sqlState };
  return { error: failure instanceof Error ? failure.name : 'unknown' };
}
