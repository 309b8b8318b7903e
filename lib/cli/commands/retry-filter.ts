import type { Command } from 'commander';
import { type RetryFilter, toRetryFilter } from '../../domain/retry-filter.ts';
import { usageError } from '../cli-error.ts';
import { parseDuration } from '../parse-when.ts';
import type { Session } from '../session.ts';

export interface RetryFilterOptions {
  stage?: string;
  errorCode?: string;
  downstream?: string;
  olderThan?: string;
}

/** The options that say which failures are meant; --tenant is everybody's. */
export function addRetryFilter(command: Command): Command {
  return command
    .option('--stage <name>', 'only this stage, by any of its names')
    .option('--error-code <code>', 'only failures with this code')
    .option('--downstream <system>', 'only requests that go to this system (metadata.targetSystem)')
    .option('--older-than <duration>', 'only failures at least so old: 15m, 2h');
}

export function readRetryFilter(options: RetryFilterOptions, session: Session, now: Date): RetryFilter {
  const { stage, errorCode, downstream, olderThan } = options;
  const seconds = olderThan === undefined ? undefined : parseDuration(olderThan);
  if (olderThan !== undefined && seconds === undefined)
    throw usageError('--older-than takes a duration such as 15m or 2h.');
  return toRetryFilter({
    tenant: session.options.tenant,
    stage,
    errorCode,
    downstream,
    failedBefore: seconds === undefined ? undefined : new Date(now.getTime() - seconds * 1_000),
  });
}

/** `anthem, API_CONNECTOR to carelon`, for a sentence. */
export function filterText({ tenant, stage, errorCode, downstream, failedBefore }: RetryFilter): string {
  const parts = [
    tenant,
    stage,
    errorCode,
    downstream && `to ${downstream}`,
    failedBefore && `before ${failedBefore}`,
  ];
  return parts.filter(Boolean).join(', ') || 'everything';
}
