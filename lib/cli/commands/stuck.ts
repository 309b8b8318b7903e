import { Command, InvalidArgumentError, Option } from 'commander';
import { groupStuckRequests, type StuckFilter } from '../../data-access/stuck-alarm/group-stuck-requests.ts';
import { listStuckRequests } from '../../data-access/stuck-alarm/list-stuck-requests.ts';
import { readCheck } from '../../data-access/stuck-alarm/read-check.ts';
import { canonicalStage } from '../../domain/event-stages.ts';
import { type StuckReason, stuckReasons } from '../../domain/request-state.ts';
import { type GroupKey, groupKeys, regroup } from '../../domain/stuck-grouping.ts';
import type { Cli } from '../cli.ts';
import { ExitCode } from '../exit-code.ts';
import { printStuck } from '../output/print-stuck.ts';
import { parseDuration } from '../parse-when.ts';
import { readPages } from '../read-pages.ts';

interface Options {
  groupBy: readonly GroupKey[];
  stage?: string;
  reason?: StuckReason;
  olderThan?: number;
  exitCode?: boolean;
}

const DEFAULT_LIMIT = 25;
const ROWS_PER_PAGE = 1_000;

export function stuck(cli: Cli): Command {
  return new Command('stuck')
    .description('list requests that make no progress, and say why')
    .option('--group-by <keys>', `some of ${groupKeys.join(',')}`, parseGroupKeys, groupKeys)
    .option('--stage <stage>', 'only at this stage')
    .addOption(
      new Option('--reason <reason>', 'only for this reason').choices(stuckReasons).argParser(parseReason),
    )
    .option('--older-than <duration>', 'only those that wait at least so long, such as 15m', parseOlderThan)
    .option('--exit-code', `end with ${ExitCode.conditionFound} when there is any`)
    .action((options: Options, command: Command) =>
      cli.run(command, ['tenant', 'limit', 'after'], async (session) => {
        const connection = await session.connect();
        const database = connection.database('reader');
        const now = connection.now();
        const filter = toFilter(options, session.options.tenant, now);
        const groups = await groupStuckRequests(database, now, filter);
        const { rows, next } = await readPages(
          session.options.limit ?? DEFAULT_LIMIT,
          ROWS_PER_PAGE,
          session.options.after,
          (limit, from) => listStuckRequests(database, filter, limit, from),
        );
        const total = groups.reduce((sum, { count }) => sum + count, 0);
        printStuck(session, {
          groups: regroup(groups, options.groupBy),
          requests: rows,
          total,
          check: await readCheck(database),
          next,
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
    reason,
    stuckBefore: olderThan === undefined ? undefined : new Date(now.getTime() - olderThan * 1_000),
  };
}

function parseReason(text: string): StuckReason {
  const reason = stuckReasons.find((known) => known === text.trim().toLowerCase());
  if (reason === undefined) throw new InvalidArgumentError(`Name one of ${stuckReasons.join(', ')}.`);
  return reason;
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
