import { Command, Option } from 'commander';
import { listRetries, RETRIES_PER_PAGE } from '../../data-access/retry/list-retries.ts';
import { type RetryState, retryStates } from '../../data-access/retry/waiting-failures.ts';
import { parseRetryPolicy } from '../../domain/retry-policy.ts';
import type { Verb } from '../cli.ts';
import { printList } from '../output/print-list.ts';
import { readPages } from '../read-pages.ts';
import { addRetryFilter, type RetryFilterOptions, readRetryFilter } from './retry-filter.ts';
import { RETRY_FIELDS, retryColumns, withMaxAttempts } from './retry-table.ts';

const DEFAULT_LIMIT = 25;

export const retryList: Verb = (cli) =>
  addRetryFilter(new Command('list'))
    .description('list failures that wait for retry or have used up their attempts, the next to go out first')
    .addOption(new Option('--state <state>', 'only these').choices(retryStates))
    .action((options: RetryFilterOptions & { state?: RetryState }, command: Command) =>
      cli.run(command, ['tenant', 'limit', 'after'], async (session) => {
        const { after } = session.options;
        const connection = await session.connect();
        const database = connection.database('reader');
        const now = connection.now();
        const filter = readRetryFilter(options, session, now);
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
        return undefined;
      }),
    );
