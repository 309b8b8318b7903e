import { Command, InvalidArgumentError, Option } from 'commander';
import { listRetries } from '../../data-access/retry/list-retries.ts';
import { requestRetryBatch } from '../../data-access/retry/request-retry-batch.ts';
import { parseRetryPolicy } from '../../domain/retry-policy.ts';
import type { Verb } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { tableText } from '../output/table.ts';
import { countText, plural } from '../output/time-text.ts';
import { addRetryFilter, filterText, type RetryFilterOptions, readRetryFilter } from './retry-filter.ts';
import { addReason, operatorOf, type ReasonOption } from './retry-operator.ts';
import { retryColumns, withMaxAttempts } from './retry-table.ts';

const SAMPLE = 5;
const DEFAULT_RATE = 60;

type Options = RetryFilterOptions & ReasonOption & { rate: number; all?: boolean; dryRun?: boolean };

export const retryBatch: Verb = (cli) =>
  addReason(addRetryFilter(new Command('batch')))
    .description('retry every failure that matches, in steps, those whose attempts are used up included')
    .addOption(
      new Option('--rate <n>', 'failures a minute')
        .argParser(parseRate)
        .default(DEFAULT_RATE, String(DEFAULT_RATE)),
    )
    .option('--all', 'mean it when nothing narrows the batch')
    .option('--dry-run', 'only count, and show a sample')
    .action((options: Options, command: Command) =>
      cli.run(command, ['tenant'], async (session) => {
        const connection = await session.connect();
        const now = connection.now();
        const filter = readRetryFilter(options, session, now);
        if (Object.keys(filter).length === 0 && options.all !== true)
          throw usageError(
            'Nothing narrows this batch.',
            'Name a tenant, stage, error code, downstream or age; or add --all.',
          );
        const page = await listRetries(connection.database('reader'), {
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
        if (options.dryRun === true) return undefined;
        await session.confirm(`Retry ${plural(page.total, 'failure')}, ${countText(options.rate)} a minute?`);
        const operator = operatorOf(options, session.io);
        const request = { filter, ratePerMinute: options.rate, ...operator };
        const batch = await requestRetryBatch(connection.database('writer'), request, now);
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
  if (/^\d+$/.test(text) && rate >= 1 && rate <= 100_000) return rate;
  throw new InvalidArgumentError('Give a whole number of failures a minute, from 1 to 100000.');
}
