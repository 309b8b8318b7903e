import { type Command, Option } from 'commander';
import type { Database } from '../data-access/database.ts';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import {
  listRetryPauses,
  type NothingToRetry,
  pauseRetries,
  resumeRetries,
  retryNow,
  whyNothingToRetry,
} from '../data-access/retry-orders.ts';
import { findRequest } from '../data-access/timeline.ts';
import { type ListedRetry, listRetries, RETRIES_PER_PAGE } from '../data-access/waiting-failures.ts';
import { canonicalStage } from '../domain/event-catalogue.ts';
import { pauseText } from '../domain/incident-text.ts';
import { printable } from '../domain/printable-text.ts';
import {
  type PauseScope,
  pausesOf,
  type RetryFilter,
  scopeText,
  toRetryFilter,
} from '../domain/retry-orders.ts';
import { parseRetryPolicy, type RetryPolicy, retryTiming } from '../domain/retry-policy.ts';
import { textFault } from '../domain/typed-text.ts';
import { ageText, plural, type RetryState, retryStateMarks, retryStates } from '../domain/words.ts';
import { addWatch, newVerb, type Verb } from './cli.ts';
import { CliError, ExitCode, requestNotFound, usageError } from './cli-error.ts';
import type { Connection } from './connection.ts';
import { parseDuration } from './moment-text.ts';
import { addReason, operatorOf, type ReasonOption } from './operator.ts';
import { markCell } from './output/paint.ts';
import { printList, readPages } from './output/print-list.ts';
import { type Column, tableText } from './output/table.ts';
import type { Session } from './session.ts';

const DEFAULT_LIMIT = 25;

export const retryList: Verb = (cli) =>
  addRetryFilter(addWatch(newVerb('list', ['tenant', 'limit', 'after'])))
    .description('list failures that wait for retry or have used up their attempts, the next to go out first')
    .addOption(new Option('--state <state>', 'only these').choices(retryStates))
    .action((options: RetryFilterOptions & { state?: RetryState }, command: Command) =>
      cli.run(command, async (session) => {
        const { after } = session.options;
        const connection = await session.connect();
        const database = connection.database('reader');
        const now = connection.now();
        const filter = readRetryFilter(options, session, now);
        await refuseUnknownNames(database, filter);
        const policy = parseRetryPolicy(connection.retryPolicy);
        let total = 0;
        const limit = session.options.limit ?? DEFAULT_LIMIT;
        const { rows, next } = await readPages(limit, RETRIES_PER_PAGE, after, async (most, from) => {
          const page = await listRetries(database, {
            filter,
            state: options.state,
            now,
            limit: most,
            after: from,
          });
          total = Math.max(total, page.total);
          return page;
        });
        printList(session, {
          name: 'retries',
          rows: rows.map((row) => withMaxAttempts(row, policy)),
          columns: retryColumns(now),
          fields: RETRY_FIELDS,
          empty: 'No failure waits for retry or has used up its attempts.',
          next,
          total: { count: total, atLeast: false },
        });
        await sayPauses(session, database, now);
        return undefined;
      }),
    );

const WHY_NOTHING: Readonly<Record<NothingToRetry, readonly [message: string, hint: string]>> = {
  unknown: ['No event of that stage is recorded of the request.', 'See `pagw request show`.'],
  closed: ['The request has ended.', 'A request that is closed is not retried.'],
  dispatched: ['A retry was sent, and its outcome is awaited.', 'See `pagw request show`.'],
  'not-retryable': [
    'The stage failed for good: its failure is not retryable.',
    'Correct the request at its source and submit it again.',
  ],
  'not-failed': ['The latest event of the stage is no failure.', 'See `pagw request show`.'],
};

export const retryRun: Verb = (cli) =>
  addReason(newVerb('run', []))
    .description("retry a request's failed stages now, those whose attempts are used up included")
    .argument('<pagwId>', 'such as PAGW-20251226-00005-A7CEB2B3')
    .option('--stage <name>', 'only this stage, by any of its names')
    .action((id: string, options: ReasonOption & { stage?: string }, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        const database = connection.database('operator');
        const pagwId = id.trim();
        const stage = canonicalStage(options.stage);
        await refuseUnknownNames(connection.database('reader'), { stage });
        const operator = await operatorOf(options, session);
        const rows = await retryNow(database, { pagwId, stage, ...operator }, connection.now());
        if (rows.length === 0) {
          const reader = connection.database('reader');
          if ((await findRequest(reader, pagwId)) === undefined) throw await requestNotFound(reader, pagwId);
          throw nothing(await whyNothingToRetry(database, pagwId, stage));
        }
        printList(session, {
          name: 'retries',
          rows,
          columns: [
            { title: 'STAGE', cell: (row) => row.stage },
            { title: 'FAILURE', cell: (row) => `#${row.sequenceNo}`, align: 'right' },
            { title: 'NEXT ATTEMPT', cell: (row) => row.attempt + 1, align: 'right' },
            { title: '', cell: (row) => (row.wasExhausted ? { text: 'was exhausted', style: 'dim' } : '') },
          ],
          fields: ['stage', 'sequenceNo', 'attempt', 'wasExhausted'],
          empty: '',
        });
        session.say('Due now; goes out within a minute, unless a pause holds it. See `pagw request show`.');
        return undefined;
      }),
    );

function nothing(why: NothingToRetry): CliError {
  const [message, hint] = WHY_NOTHING[why];
  const exitCode = why === 'unknown' ? ExitCode.notFound : ExitCode.failure;
  return new CliError({ code: `RETRY_${why.toUpperCase().replace('-', '_')}`, message, hint, exitCode });
}

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

/** A failure with the most attempts the policy gives it: attempt n of max. */
export type CountedRetry = ListedRetry & { maxAttempts: number };

export function withMaxAttempts(retry: ListedRetry, policy: RetryPolicy): CountedRetry {
  return { ...retry, maxAttempts: Math.max(retry.attempt, retryTiming(retry, policy, 1).maxAttempts) };
}

const RETRY_FIELDS = [
  ...([
    'pagwId',
    'tenant',
    'stage',
    'sequenceNo',
    'attempt',
    'maxAttempts',
    'errorCode',
    'downstream',
  ] as const),
  ...(['state', 'failedAt', 'nextRetryAt', 'exhaustedAt'] as const),
] satisfies (keyof CountedRetry)[];

export function retryColumns(now: Date): Column<CountedRetry>[] {
  return [
    { title: 'REQUEST', cell: ({ pagwId }) => pagwId },
    { title: 'TENANT', cell: ({ tenant }) => tenant, least: 6 },
    { title: 'STAGE', cell: ({ stage }) => stage },
    {
      title: 'FAILED',
      cell: ({ failedAt }) => ({ text: ageText(failedAt, now), style: 'dim' }),
      align: 'right',
    },
    { title: 'ATTEMPT', cell: ({ attempt, maxAttempts }) => `${attempt} of ${maxAttempts}`, align: 'right' },
    { title: 'ERROR', cell: ({ errorCode }) => errorCode, least: 10 },
    { title: 'DOWNSTREAM', cell: ({ downstream }) => downstream, least: 8 },
    { title: 'STATE', cell: ({ state }) => markCell(retryStateMarks[state]) },
    {
      title: 'RETRY',
      cell: ({ nextRetryAt }) => nextRetryAt && { text: ageText(nextRetryAt, now) },
      align: 'right',
    },
  ];
}

/** What a pause's columns hold, in characters. */
const LONGEST_NAME = 64;

export interface ScopeOptions {
  stage?: string;
  downstream?: string;
}

export const retryPause: Verb = (cli) =>
  addReason(addScope(newVerb('pause', ['tenant', 'yes'])))
    .description('hold back the retries of a tenant, a stage, a downstream, or where they meet')
    .action((options: ReasonOption & ScopeOptions, command: Command) =>
      cli.run(command, async (session) => {
        const scope = readScope(options, session);
        const connection = await session.connect();
        await previewPause(session, connection, scope);
        const operator = await operatorOf(options, session);
        const paused = await pauseRetries(connection.database('operator'), scope, operator, connection.now());
        const what = scopeFilterText(scope);
        session.say(
          paused
            ? `Retries are held back: ${what}. They stay due; let them go with \`pagw retry resume\`.`
            : `Retries are held back already: ${what}. See \`pagw retry pauses\`.`,
        );
        return undefined;
      }),
    );

const SAMPLE = 5;

/** Says what a pause will hold back, and asks. @throws UnknownNameError, CliError when nobody says yes. */
async function previewPause(session: Session, connection: Connection, scope: PauseScope): Promise<void> {
  const database = connection.database('reader');
  await refuseUnknownNames(database, scope);
  // Who says yes beforehand is asked nothing: on stderr stand errors alone.
  if (session.options.yes === true) return;
  const { tenant, stage, downstream } = scope;
  const now = connection.now();
  const filter = toRetryFilter({
    tenant: tenant ?? undefined,
    stage: stage ?? undefined,
    downstream: downstream ?? undefined,
  });
  const { rows, total } = await listRetries(database, { filter, state: undefined, now, limit: SAMPLE });
  const policy = parseRetryPolicy(connection.retryPolicy);
  const what = scopeFilterText(scope);
  session.say(`${plural(total, 'failure')} that wait for a retry or have used theirs up match: ${what}.`);
  if (total > 0) {
    const sample = rows.map((retry) => withMaxAttempts(retry, policy));
    const { paintMessage: paint, width } = session;
    session.say(tableText(sample, { columns: retryColumns(now), paint, width }));
  }
  await session.confirm(`Hold back these retries, and those to come: ${what}?`);
}

function addScope(command: Command): Command {
  return command
    .option('--stage <name>', 'this stage, by any of its names')
    .option('--downstream <system>', 'requests that go to this system (metadata.targetSystem)');
}

/** @throws CliError when nothing is named. */
function readScope({ stage, downstream }: ScopeOptions, session: Session): PauseScope {
  const named = toRetryFilter({ tenant: session.options.tenant, stage, downstream });
  for (const [name, value] of Object.entries(named)) {
    const fault = textFault(value, LONGEST_NAME);
    if (fault !== null) throw usageError(`--${name} ${fault}.`);
  }
  if (Object.keys(named).length === 0)
    throw usageError(
      'Nothing says what is meant.',
      'Name at least one of --tenant, --stage and --downstream.',
    );
  return { tenant: named.tenant ?? null, stage: named.stage ?? null, downstream: named.downstream ?? null };
}

function scopeFilterText({ tenant, stage, downstream }: PauseScope): string {
  return filterText({
    ...(tenant === null ? {} : { tenant }),
    ...(stage === null ? {} : { stage }),
    ...(downstream === null ? {} : { downstream }),
  });
}

export const retryPauses: Verb = (cli) =>
  newVerb('pauses', [])
    .description('list what is held back, since when, by whom and why')
    .action((_options: object, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        const now = connection.now();
        printList(session, {
          name: 'pauses',
          rows: await listRetryPauses(connection.database('reader')),
          columns: [
            { title: 'TENANT', cell: ({ tenant }) => tenant ?? 'all' },
            { title: 'STAGE', cell: ({ stage }) => stage ?? 'all' },
            { title: 'DOWNSTREAM', cell: ({ downstream }) => downstream ?? 'all' },
            { title: 'SINCE', cell: ({ pausedAt }) => ageText(pausedAt, now), align: 'right' },
            { title: 'BY', cell: ({ pausedBy }) => pausedBy },
            { title: 'WHY', cell: ({ reason }) => reason, least: 12 },
          ],
          fields: ['tenant', 'stage', 'downstream', 'pausedAt', 'pausedBy', 'reason'],
          empty: 'Nothing is held back.',
        });
        return undefined;
      }),
    );

export const retryResume: Verb = (cli) =>
  addReason(addScope(newVerb('resume', ['tenant'])))
    .description('let the retries go that a pause of exactly this holds back')
    .action((options: ReasonOption & ScopeOptions, command: Command) =>
      cli.run(command, async (session) => {
        const scope = readScope(options, session);
        const connection = await session.connect();
        const operator = await operatorOf(options, session);
        const lifted = await resumeRetries(
          connection.database('operator'),
          scope,
          operator,
          connection.now(),
        );
        // Only afterwards: a pause of what is heard of no longer can be lifted.
        if (!lifted) {
          await refuseUnknownNames(connection.database('reader'), scope);
          throw new CliError({
            code: 'PAUSE_NOT_FOUND',
            message: `There is no pause of ${scopeFilterText(scope)}.`,
            hint: 'A resume names what its pause named; see `pagw retry pauses`.',
            exitCode: ExitCode.notFound,
          });
        }
        session.say(`Resumed: ${scopeFilterText(scope)}. What became due goes out within a minute.`);
        return undefined;
      }),
    );

/** Says what is held back of what was listed, by whom, since when and why. */
export async function sayPauses(session: Session, database: Database, now: Date): Promise<void> {
  const pauses = pausesOf(await listRetryPauses(database), session.options.tenant ?? null);
  for (const pause of pauses)
    session.say(
      session.paintMessage(
        `Retries of ${printable(scopeText(pause))} are ${pauseText(pause, now)}.`,
        'yellow',
      ),
    );
}
