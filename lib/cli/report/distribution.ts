import { Command } from 'commander';
import { eventDistribution } from '../../data-access/event-reports.ts';
import type { Verb } from '../cli.ts';
import { eventStatusCell } from '../output/paint.ts';
import { printList } from '../output/print-list.ts';
import { countText, tookText } from '../output/time-text.ts';
import { barText, forTenants, spanOf, tenantColumn } from './report.ts';

const DEFAULT_HOURS = 24;

export const reportDistribution: Verb = (cli) =>
  new Command('distribution')
    .description('how many events of each type and status were recorded (by default: in the last 24 hours)')
    .action((_options, command: Command) =>
      cli.run(command, ['tenant', 'since', 'until'], async (session) => {
        const connection = await session.connect();
        const span = spanOf(session, connection.now(), DEFAULT_HOURS);
        const rows = await forTenants(session, connection, (tenant) =>
          eventDistribution(connection.database('reader'), { tenant, ...span }),
        );
        const most = rows.reduce((largest, { eventCount }) => Math.max(largest, eventCount), 0);
        printList(session, {
          name: 'distribution',
          rows,
          fields: ['tenant', 'eventType', 'status', 'eventCount', 'avgDurationMs', 'maxDurationMs'],
          columns: [
            tenantColumn,
            { title: 'EVENT TYPE', cell: ({ eventType }) => eventType, least: 12 },
            { title: 'STATUS', cell: ({ status }) => eventStatusCell(status) },
            { title: 'EVENTS', cell: ({ eventCount }) => countText(eventCount), align: 'right' },
            { title: '', cell: ({ eventCount }) => ({ text: barText(eventCount, most), style: 'cyan' }) },
            {
              title: 'MEAN',
              cell: ({ avgDurationMs: ms }) => (ms === null ? null : tookText(ms)),
              align: 'right',
            },
            {
              title: 'MAX',
              cell: ({ maxDurationMs: ms }) => (ms === null ? null : tookText(ms)),
              align: 'right',
            },
          ],
          empty: 'No events were recorded in this time.',
        });
        return undefined;
      }),
    );
