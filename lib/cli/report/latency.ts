import { Command } from 'commander';
import { latencySlots, type StageLatency, stageLatency } from '../../data-access/event-reports.ts';
import type { Verb } from '../cli.ts';
import { printList } from '../output/print-list.ts';
import { countText, tookText } from '../output/time-text.ts';
import { forTenants, spanOf, sparkText, tenantColumn } from './report.ts';

const DEFAULT_HOURS = 24;

export const reportLatency: Verb = (cli) =>
  new Command('latency')
    .description(
      'how long each stage took: p50, p95 (within 3 %) and longest (by default: in the last 24 hours)',
    )
    .action((_options, command: Command) =>
      cli.run(command, ['tenant', 'since', 'until'], async (session) => {
        const connection = await session.connect();
        const now = connection.now();
        const span = spanOf(session, now, DEFAULT_HOURS);
        const starts = latencySlots(span, now);
        const rows = await forTenants(session, connection, (tenant) =>
          stageLatency(connection.database('reader'), { tenant, ...span }, now),
        );
        printList(session, {
          name: 'latency',
          rows,
          fields: ['tenant', 'stage', 'count', 'p50Ms', 'p95Ms', 'maxMs'],
          columns: [
            tenantColumn,
            { title: 'STAGE', cell: ({ stage }) => stage, least: 12 },
            { title: 'N', cell: ({ count }) => countText(count), align: 'right' },
            { title: 'P50', cell: ({ p50Ms }) => tookText(p50Ms), align: 'right' },
            { title: 'P95', cell: ({ p95Ms }) => tookText(p95Ms), align: 'right' },
            { title: 'MAX', cell: ({ maxMs }) => tookText(maxMs), align: 'right' },
            { title: 'P95 OVER TIME', cell: (row) => ({ text: p95Spark(row, starts), style: 'cyan' }) },
          ],
          empty: 'No completed event of this time states how long it took.',
        });
        return undefined;
      }),
    );

/** Every stage over the same slices, so that the sparks of all rows stand above each other. */
function p95Spark({ slices }: StageLatency, starts: readonly Date[]): string {
  const p95s = new Map(slices.map(({ at, p95Ms }) => [at.getTime(), p95Ms]));
  return sparkText(starts.map((start) => p95s.get(start.getTime()) ?? null));
}
