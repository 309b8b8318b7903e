import { Command } from 'commander';
import { errorGroups } from '../../data-access/failures.ts';
import type { Verb } from '../cli.ts';
import { printList } from '../output/print-list.ts';
import { ageText, countText } from '../output/time-text.ts';
import { barText, forTenants, spanOf, tenantColumn } from './report.ts';

const DEFAULT_HOURS = 24;

export const reportErrors: Verb = (cli) =>
  new Command('errors')
    .description('what failed, by stage, error code and downstream (by default: in the last 24 hours)')
    .action((_options, command: Command) =>
      cli.run(command, ['tenant', 'since', 'until'], async (session) => {
        const connection = await session.connect();
        const now = connection.now();
        const span = spanOf(session, now, DEFAULT_HOURS);
        const rows = await forTenants(session, connection, async (tenant) => {
          const report = await errorGroups(connection.database('reader'), { tenant, ...span });
          if (report.truncated)
            session.say(
              `${tenant}: only the latest ${countText(report.failuresRead)} failures are counted; narrow it with --since.`,
            );
          return report.groups;
        });
        const most = rows.reduce((largest, { failures }) => Math.max(largest, failures), 0);
        printList(session, {
          name: 'groups',
          rows,
          fields: [
            ...([
              'tenant',
              'stage',
              'errorCode',
              'targetSystem',
              'failures',
              'requests',
              'openRequests',
            ] as const),
            ...(['oldestAt', 'newestAt', 'sampleIds'] as const),
          ],
          columns: [
            tenantColumn,
            { title: 'STAGE', cell: ({ stage }) => stage, least: 12 },
            { title: 'ERROR', cell: ({ errorCode }) => errorCode, least: 12 },
            { title: 'DOWNSTREAM', cell: ({ targetSystem }) => targetSystem, least: 8 },
            { title: 'FAILURES', cell: ({ failures }) => countText(failures), align: 'right' },
            { title: '', cell: ({ failures }) => ({ text: barText(failures, most, 8), style: 'red' }) },
            { title: 'REQUESTS', cell: ({ requests }) => countText(requests), align: 'right' },
            { title: 'OPEN', cell: ({ openRequests }) => countText(openRequests), align: 'right' },
            { title: 'OLDEST', cell: ({ oldestAt }) => ageText(oldestAt, now), align: 'right' },
            { title: 'LATEST', cell: ({ newestAt }) => ageText(newestAt, now), align: 'right' },
            { title: 'SUCH AS', cell: ({ sampleIds }) => sampleIds[0] ?? null, least: 16 },
          ],
          empty: 'Nothing failed in this time.',
        });
        return undefined;
      }),
    );
