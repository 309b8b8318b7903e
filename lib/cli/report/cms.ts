import { Command, InvalidArgumentError, Option } from 'commander';
import { type DecisionMetrics, decisionMetrics } from '../../data-access/decisions.ts';
import { defaultDecisionPolicy } from '../../domain/decision-clock.ts';
import type { Verb } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { printList } from '../output/print-list.ts';
import { countText, tookText } from '../output/time-text.ts';
import { forTenants, tenantColumn } from './report.ts';

export const reportCms: Verb = (cli) =>
  new Command('cms')
    .description(
      'the yearly prior-authorization metrics of CMS-0057-F: shares approved and denied, time to decision',
    )
    .addOption(
      new Option('--year <year>', 'a calendar year in UTC (by default: the last one)').argParser(parseYear),
    )
    .addHelpText(
      'after',
      '\nOn time: within 72 hours (expedited) or 7 calendar days (standard), whatever the tenant is bound to.' +
        '\nMedian: less than a minute off up to 10 hours, ten minutes up to 100 hours, an hour beyond; all else is exact.',
    )
    .action((options: { year?: number }, command: Command) =>
      cli.run(command, ['tenant', 'since', 'until'], async (session) => {
        const connection = await session.connect();
        const now = connection.now();
        const { since, until } = session.window(now);
        if (options.year !== undefined && (since ?? until) !== undefined)
          throw usageError('--year says the time already; leave --since and --until away.');
        const year = options.year ?? now.getUTCFullYear() - 1;
        const span =
          since === undefined
            ? { since: new Date(Date.UTC(year, 0, 1)), until: until ?? new Date(Date.UTC(year + 1, 0, 1)) }
            : { since, until };
        const rows = await forTenants(session, connection, (tenant) =>
          decisionMetrics(connection.database('reader'), { tenant, ...span }, defaultDecisionPolicy),
        );
        printList(session, {
          name: 'metrics',
          rows,
          fields: [
            ...([
              'tenant',
              'priority',
              'decided',
              'approved',
              'denied',
              'meanSeconds',
              'medianSeconds',
            ] as const),
            'onTime',
          ],
          columns: [
            tenantColumn,
            { title: 'PRIORITY', cell: ({ priority }) => priority },
            { title: 'DECIDED', cell: ({ decided }) => countText(decided), align: 'right' },
            { title: 'APPROVED', cell: (row) => shareOf(row.approved, row), align: 'right' },
            { title: 'DENIED', cell: (row) => shareOf(row.denied, row), align: 'right' },
            { title: 'MEAN', cell: ({ meanSeconds }) => tookText(meanSeconds * 1_000), align: 'right' },
            { title: 'MEDIAN', cell: ({ medianSeconds }) => tookText(medianSeconds * 1_000), align: 'right' },
            {
              title: 'ON TIME',
              cell: (row) => (row.onTime === null ? null : shareOf(row.onTime, row)),
              align: 'right',
            },
          ],
          empty: `Nothing was decided ${options.year === undefined && since !== undefined ? 'in this time' : `in ${year}`}.`,
        });
        return undefined;
      }),
    );

function shareOf(part: number, { decided }: DecisionMetrics): string {
  return `${((100 * part) / decided).toFixed(1)} %`;
}

function parseYear(text: string): number {
  if (/^\d{4}$/.test(text) && text >= '1970' && text < '9999') return Number(text);
  throw new InvalidArgumentError('Give a year such as 2026, from 1970 to 9998.');
}
