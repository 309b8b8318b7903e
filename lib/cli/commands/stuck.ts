import { Command, InvalidArgumentError } from 'commander';
import * as z from 'zod';
import { groupStuckRequests, type StuckFilter } from '../../data-access/stuck-alarm/group-stuck-requests.ts';
import {
  listStuckRequests,
  type StuckPosition,
  type StuckRequest,
} from '../../data-access/stuck-alarm/list-stuck-requests.ts';
import { readCheck } from '../../data-access/stuck-alarm/read-check.ts';
import { canonicalStage } from '../../domain/event-stages.ts';
import { type GroupKey, groupKeys, regroup } from '../../domain/stuck-grouping.ts';
import type { Cli } from '../cli.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { ExitCode } from '../exit-code.ts';
import { printStuck } from '../output/print-stuck.ts';
import { parseDuration } from '../parse-when.ts';
import { readPages } from '../read-pages.ts';

interface Options {
  groupBy: readonly GroupKey[];
  stage?: string;
  reason?: string;
  olderThan?: number;
  exitCode?: boolean;
}

const DEFAULT_LIMIT = 25;
/** A page of the longest rows stays under the Data API's 1 MiB. */
const ROWS_PER_PAGE = 1_000;
const position = z.object({ since: z.coerce.date(), pagwId: z.string().max(64) });

export function stuck(cli: Cli): Command {
  return new Command('stuck')
    .description('list requests that make no progress, and say why')
    .option('--group-by <keys>', `some of ${groupKeys.join(',')}`, parseGroupKeys, groupKeys)
    .option('--stage <stage>', 'only at this stage')
    .option('--reason <reason>', 'only for this reason, such as no-result or hand-off-lost')
    .option('--older-than <duration>', 'only those that wait at least so long, such as 15m', parseOlderThan)
    .option('--exit-code', `end with ${ExitCode.conditionFound} when there is any`)
    .action((options: Options, command: Command) =>
      cli.run(command, ['tenant', 'limit', 'after'], async (session) => {
        const after = readCursor<StuckPosition>(session.options.after, position);
        const connection = await session.connect();
        const database = connection.database('reader');
        const now = connection.now();
        const filter = toFilter(options, session.options.tenant, now);
        const groups = await groupStuckRequests(database, now, filter);
        const { rows, next } = await readPages(
          session.options.limit ?? DEFAULT_LIMIT,
          ROWS_PER_PAGE,
          after,
          async (limit, from) => {
            const page = await listStuckRequests(database, filter, limit, from);
            return { rows: page, next: page.length < limit ? undefined : positionOf(page.at(-1)) };
          },
        );
        const total = groups.reduce((sum, { count }) => sum + count, 0);
        const shown = next !== undefined && rows.length < total ? next : undefined;
        printStuck(session, {
          groups: regroup(groups, options.groupBy),
          requests: rows,
          total,
          check: await readCheck(database),
          next: shown && writeCursor(shown),
          now,
        });
        return options.exitCode && total > 0 ? ExitCode.conditionFound : undefined;
      }),
    );
}

function toFilter({ stage, reason, olderThan }: Options, tenant: string | undefined, now: Date): StuckFilter {
  return {
    tenant,
    stage: stage === undefined ? undefined : (canonicalStage(stage) ?? undefined),
    reason: reason?.trim().toLowerCase(),
    stuckBefore: olderThan === undefined ? undefined : new Date(now.getTime() - olderThan * 1_000),
  };
}

function positionOf(request: StuckRequest | undefined): StuckPosition | undefined {
  return request && { since: request.since, pagwId: request.pagwId };
}

function parseGroupKeys(text: string): readonly GroupKey[] {
  return text.split(',').map((name) => {
    const key = groupKeys.find((known) => known === name.trim());
    if (key === undefined)
      throw new InvalidArgumentError(`Name some of ${groupKeys.join(', ')}, with commas between.`);
    return key;
  });
}

function parseOlderThan(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new InvalidArgumentError('Give a duration such as 15m, 2h or 1d.');
  return seconds;
}
