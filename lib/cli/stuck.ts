import { type Command, InvalidArgumentError, Option } from 'commander';
import { countAwaited } from '../data-access/incidents.ts';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import { type LastCheck, readCheck } from '../data-access/stuck-alarm.ts';
import {
  groupStuckRequests,
  listStuckRequests,
  type StuckFilter,
  type StuckRequest,
} from '../data-access/stuck-requests.ts';
import { canonicalStage } from '../domain/event-catalogue.ts';
import { type GroupKey, groupKeys, type RegroupedCause, regroup } from '../domain/stuck-grouping.ts';
import {
  ageText,
  countText,
  deadlineRiskMarks,
  durationText,
  plural,
  type StuckReason,
  stuckReasons,
} from '../domain/words.ts';
import { addWatch, type Cli, newVerb } from './cli.ts';
import { ExitCode } from './cli-error.ts';
import { parseDuration } from './moment-text.ts';
import type { Style } from './output/paint.ts';
import { readPages } from './output/print-list.ts';
import { type Column, tableText } from './output/table.ts';
import { sayPauses } from './retry.ts';
import type { Session } from './session.ts';

interface Options {
  groupBy?: readonly GroupKey[];
  stage?: string;
  reason?: StuckReason;
  olderThan?: number;
  exitCode?: boolean;
}

const DEFAULT_LIMIT = 25;
const ROWS_PER_PAGE = 1_000;

export function stuck(cli: Cli): Command {
  return addWatch(newVerb('stuck', ['tenant', 'limit', 'after']))
    .description('list requests that make no progress, and say why')
    .addOption(
      new Option(
        '--group-by <keys>',
        'one or several, with commas between (all of them); CSV and JSON lines are then of groups, not of requests',
      )
        .choices(groupKeys)
        .argParser(parseGroupKeys),
    )
    .option('--stage <stage>', 'only at this stage')
    .addOption(
      new Option('--reason <reason>', 'only for this reason').choices(stuckReasons).argParser(parseReason),
    )
    .option('--older-than <duration>', 'only those that wait at least so long, such as 15m', parseOlderThan)
    .option('--exit-code', `end with ${ExitCode.conditionFound} when there is any`)
    .action((options: Options, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        const database = connection.database('reader');
        const now = connection.now();
        const filter = toFilter(options, session.options.tenant, now);
        await refuseUnknownNames(database, filter);
        const { groups, total, groupCount } = await groupStuckRequests(database, now, filter);
        const { rows, next } = await readPages(
          session.options.limit ?? DEFAULT_LIMIT,
          ROWS_PER_PAGE,
          session.options.after,
          (limit, from) => listStuckRequests(database, filter, limit, from),
        );
        session.verdict = options.exitCode && total > 0 ? ExitCode.conditionFound : ExitCode.fine;
        printStuck(session, {
          groups: regroup(groups, options.groupBy ?? groupKeys),
          linesOfGroups: options.groupBy !== undefined,
          requests: rows,
          total,
          groupsLeft: groupCount - groups.length,
          check: await readCheck(database),
          next,
          now,
        });
        await sayPauses(session, database, now);
        const awaited = await countAwaited(database, filter.tenant ?? null);
        if (awaited > 0)
          session.say(
            `${plural(awaited, 'more request')} sent again, or to be by a planned retry: outcome awaited; see \`pagw incident list\`.`,
          );
        return session.verdict;
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

export interface StuckListing {
  groups: readonly RegroupedCause[];
  /** Whether CSV and JSON lines tell of groups. */
  linesOfGroups: boolean;
  requests: readonly StuckRequest[];
  total: number;
  /** Groups that the answer had no room for; their requests are counted. */
  groupsLeft: number;
  check: LastCheck | undefined;
  /** For --after; undefined when all was shown. */
  next: string | null;
  now: Date;
}

const FIELDS: readonly (keyof StuckRequest & string)[] = [
  ...([
    'pagwId',
    'tenant',
    'stage',
    'reason',
    'since',
    'eventType',
    'attempt',
    'nextStage',
    'errorCode',
  ] as const),
  ...(['targetSystem', 'decisionDueAt', 'deadlineRisk', 'skewSeconds'] as const),
];

const GROUP_FIELDS: readonly (keyof RegroupedCause & string)[] = [
  ...(['tenant', 'stage', 'cause', 'downstream', 'count', 'oldestSince', 'atRisk', 'breached'] as const),
  'sampleIds',
];

/** From here on a difference between an event's time and its recording is worth a word. */
const SKEW_SECONDS = 300;

/** Prints what is stuck in the format asked for, and on stderr how fresh it is. */
function printStuck(session: Session, listing: StuckListing): void {
  const { groups, requests, linesOfGroups, total, groupsLeft, check, next, now } = listing;
  switch (session.options.output) {
    case 'json':
      session.printJson({ groups, groupsLeft, requests, total, checkedAt: check?.checkedAt ?? null, next });
      return;
    case 'jsonl':
      session.printJsonLines(linesOfGroups ? groups : requests);
      break;
    case 'csv':
      session.printCsv(linesOfGroups ? csvRows(GROUP_FIELDS, groups) : csvRows(FIELDS, requests));
      break;
    case 'table':
      if (total > 0) {
        const { paint, width } = session;
        session.print(tableText(groups, { columns: groupColumns(groups, now), paint, width }));
        session.print(`\n${tableText(requests, { columns: requestColumns(now), paint, width })}`);
      }
  }
  session.say(freshness(total, check, now));
  if (groupsLeft > 0)
    session.say(
      session.paintMessage(
        `${plural(groupsLeft, 'smaller group')} ${groupsLeft === 1 ? 'is' : 'are'} not shown; name a --tenant or a --stage to see them.`,
        'dim',
      ),
    );
  if (next !== null)
    session.say(
      session.paintMessage(
        `${countText(requests.length)} of ${countText(total)} requests; go on with --after ${next}`,
        'dim',
      ),
    );
}

function csvRows<Row extends object>(fields: readonly (keyof Row & string)[], rows: readonly Row[]) {
  return [fields, ...rows.map((row) => fields.map((field) => row[field]))];
}

function freshness(total: number, check: LastCheck | undefined, now: Date): string {
  const found = total === 0 ? 'No stuck requests' : plural(total, 'stuck request');
  if (check?.heldBackSince) {
    const since = durationText(now.getTime() - check.heldBackSince.getTime());
    return `${found}; not checked for ${since}, because events wait ${durationText(check.lagSeconds * 1_000)} on the queue.`;
  }
  if (check?.checkedAt == null) return `${found}; the stuck-alarm flow has not run yet.`;
  return `${found}; checked ${ageText(check.checkedAt, now)}.`;
}

function groupColumns(groups: readonly RegroupedCause[], now: Date): Column<RegroupedCause>[] {
  const columns: Column<RegroupedCause>[] = [
    { title: 'COUNT', cell: ({ count }) => count, align: 'right' },
    { title: 'OLDEST', cell: ({ oldestSince }) => ageText(oldestSince, now), align: 'right' },
    { title: 'TENANT', cell: ({ tenant }) => tenant, least: 6 },
    { title: 'STAGE', cell: ({ stage }) => stage, least: 16 },
    { title: 'SUCH AS', cell: ({ sampleIds }) => ({ text: sampleIds[0] ?? '', style: 'dim' }) },
    { title: 'CAUSE', cell: ({ cause }) => cause && { text: cause, style: 'yellow' }, least: 17 },
    { title: 'DOWNSTREAM', cell: ({ downstream }) => downstream, least: 8 },
    { title: 'DEADLINE', cell: deadlineOf },
  ];
  const used = (name: 'tenant' | 'stage' | 'cause' | 'downstream') =>
    groups.some((group) => group[name] !== null);
  return columns.filter(({ title }) => {
    const key = (['tenant', 'stage', 'cause', 'downstream'] as const).find(
      (name) => name.toUpperCase() === title,
    );
    return key === undefined || used(key);
  });
}

function deadlineOf({ atRisk, breached }: RegroupedCause): { text: string; style: Style } | null {
  if (breached > 0) return { text: `${breached} ${deadlineRiskMarks.breached.word}`, style: 'red' };
  return atRisk > 0 ? { text: `${atRisk} ${deadlineRiskMarks['at-risk'].word}`, style: 'yellow' } : null;
}

function requestColumns(now: Date): Column<StuckRequest>[] {
  return [
    { title: 'REQUEST', cell: ({ pagwId }) => pagwId },
    { title: 'SINCE', cell: ({ since }) => ageText(since, now), align: 'right' },
    { title: 'DECISION', cell: ({ decisionDueAt }) => decisionDueAt && `due ${ageText(decisionDueAt, now)}` },
    { title: 'TENANT', cell: ({ tenant }) => tenant, least: 6 },
    { title: 'STAGE', cell: stageOf, least: 16 },
    { title: 'REASON', cell: ({ reason }) => ({ text: reason, style: 'yellow' }) },
    { title: 'ERROR', cell: ({ errorCode }) => errorCode, least: 8 },
    { title: 'DOWNSTREAM', cell: ({ targetSystem }) => targetSystem, least: 8 },
    { title: '', cell: skewOf },
  ];
}

function stageOf({ stage, nextStage, reason }: StuckRequest): string {
  return reason === 'hand-off-lost' && nextStage !== null ? `${stage} → ${nextStage}` : stage;
}

function skewOf({ skewSeconds }: StuckRequest): { text: string; style: Style } | null {
  if (skewSeconds === null || Math.abs(skewSeconds) < SKEW_SECONDS) return { text: ' ', style: 'plain' };
  const by = durationText(Math.abs(skewSeconds) * 1_000);
  return { text: skewSeconds > 0 ? `clock ${by} ahead` : `recorded ${by} late`, style: 'dim' };
}
