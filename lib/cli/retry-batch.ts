import { type Command, InvalidArgumentError, Option } from 'commander';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import {
  BATCH_RATE,
  cancelRetryBatch,
  listRetryBatches,
  type RetryBatch,
  requestRetryBatch,
} from '../data-access/retry-orders.ts';
import { listRetries } from '../data-access/waiting-failures.ts';
import { parseRetryPolicy } from '../domain/retry-policy.ts';
import { ageText, countText, outcomeMarks, plural } from '../domain/words.ts';
import { newVerb, type Verb } from './cli.ts';
import { CliError, ExitCode, usageError } from './cli-error.ts';
import { addReason, operatorOf, type ReasonOption, reasonMissing, reasonOption } from './operator.ts';
import { markCell } from './output/paint.ts';
import { printList } from './output/print-list.ts';
import { type Column, tableText } from './output/table.ts';
import {
  addRetryFilter,
  filterText,
  type RetryFilterOptions,
  readRetryFilter,
  retryColumns,
  withMaxAttempts,
} from './retry.ts';

const SAMPLE = 5;

type Options = RetryFilterOptions & Partial<ReasonOption> & { rate: number; all?: boolean; dryRun?: boolean };

export const retryBatch: Verb = (cli) =>
  addRetryFilter(newVerb('batch', ['tenant', 'yes']))
    .addOption(reasonOption())
    .description('retry every failure that matches, in steps, those whose attempts are used up included')
    .addOption(
      new Option('--rate <n>', 'failures a minute')
        .argParser(parseRate)
        .default(BATCH_RATE.usual, String(BATCH_RATE.usual)),
    )
    .option('--all', 'mean it when nothing narrows the batch')
    .option('--dry-run', 'only count, and show a sample')
    .action((options: Options, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        const now = connection.now();
        const { reason, dryRun } = options;
        if (reason === undefined && dryRun !== true) throw reasonMissing();
        const filter = readRetryFilter(options, session, now);
        if (Object.keys(filter).length === 0 && options.all !== true)
          throw usageError(
            'Nothing narrows this batch.',
            'Name a tenant, stage, error code, downstream or age; or add --all.',
          );
        const reader = connection.database('reader');
        await refuseUnknownNames(reader, filter);
        const page = await listRetries(reader, {
          filter,
          state: undefined,
          now,
          limit: SAMPLE,
        });
        const policy = parseRetryPolicy(connection.retryPolicy);
        const sample = page.rows.map((retry) => withMaxAttempts(retry, policy));
        session.say(`${plural(page.total, 'failure')} match: ${filterText(filter)}.`);
        if (page.total === 0) return undefined;
        session.say(
          tableText(sample, {
            columns: retryColumns(now),
            paint: session.paintMessage,
            width: session.width,
          }),
        );
        if (page.total > sample.length) session.say(`… and ${countText(page.total - sample.length)} more.`);
        if (dryRun === true || reason === undefined) return undefined;
        await session.confirm(`Retry ${plural(page.total, 'failure')}, ${countText(options.rate)} a minute?`);
        const operator = await operatorOf({ reason }, session);
        const request = { filter, ratePerMinute: options.rate, ...operator };
        const batch = await requestRetryBatch(connection.database('operator'), request, now);
        const { output } = session.options;
        if (output === 'csv') session.printCounts({ id: batch.id, matched: batch.matched });
        else if (output === 'table') session.print(`${batch.id}\n`);
        else session.printCounts({ batch });
        session.say(
          `Batch ${batch.id} has begun; see \`pagw retry batches\`, stop it with \`pagw retry cancel ${batch.id}\`.`,
        );
        return undefined;
      }),
    );

function parseRate(text: string): number {
  const rate = Number(text);
  if (/^\d+$/.test(text) && rate >= 1 && rate <= BATCH_RATE.most) return rate;
  throw new InvalidArgumentError(`Give a whole number of failures a minute, from 1 to ${BATCH_RATE.most}.`);
}

const DEFAULT_LIMIT = 25;

export const retryBatches: Verb = (cli) =>
  newVerb('batches', ['limit'])
    .description('list the batches that were asked for, and how far they are, latest first')
    .action((_options: object, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        const rows = await listRetryBatches(
          connection.database('reader'),
          session.options.limit ?? DEFAULT_LIMIT,
        );
        printList(session, {
          name: 'batches',
          rows,
          columns: columns(connection.now()),
          fields: [
            'id',
            'state',
            'done',
            'matched',
            'ratePerMinute',
            'requestedAt',
            'requestedBy',
            'reason',
            'filter',
          ],
          empty: 'There is no batch yet.',
        });
        return undefined;
      }),
    );

function columns(now: Date): Column<RetryBatch>[] {
  return [
    { title: 'ID', cell: ({ id }) => id, align: 'right' },
    {
      title: 'STATE',
      cell: ({ state }) =>
        state === 'DONE' ? markCell({ ...outcomeMarks.done, word: 'done' }) : state.toLowerCase(),
    },
    {
      title: 'DONE',
      cell: ({ done, matched }) => `${countText(done)} of ${countText(matched)}`,
      align: 'right',
    },
    { title: 'A MINUTE', cell: ({ ratePerMinute }) => countText(ratePerMinute), align: 'right' },
    {
      title: 'ASKED FOR',
      cell: ({ requestedAt }) => ({ text: ageText(requestedAt, now), style: 'dim' }),
      align: 'right',
    },
    { title: 'BY', cell: ({ requestedBy }) => requestedBy },
    { title: 'WHAT', cell: ({ filter }) => filterText(filter), least: 12 },
    { title: 'WHY', cell: ({ reason }) => reason, least: 12 },
  ];
}

export const retryCancel: Verb = (cli) =>
  addReason(newVerb('cancel', []))
    .description('stop a running batch; what it has made due already goes out')
    .argument('<id>', 'as `pagw retry batches` prints it', parseBatchId)
    .action((id: number, options: ReasonOption, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        const operator = await operatorOf(options, session);
        const stopped = await cancelRetryBatch(
          connection.database('operator'),
          id,
          operator,
          connection.now(),
        );
        if (!stopped)
          throw new CliError({
            code: 'BATCH_NOT_RUNNING',
            message: `Batch ${id} is not running.`,
            hint: 'See `pagw retry batches`.',
            exitCode: ExitCode.notFound,
          });
        session.say(`Batch ${id} is stopped.`);
        return undefined;
      }),
    );

function parseBatchId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give the number of a batch.');
}
