import { Command } from 'commander';
import { listRetryPauses } from '../../data-access/retry/retry-pauses.ts';
import type { Verb } from '../cli.ts';
import { printList } from '../output/print-list.ts';
import { ageText } from '../output/time-text.ts';

export const retryPauses: Verb = (cli) =>
  new Command('pauses')
    .description('list what is held back, since when, by whom and why')
    .action((_options: object, command: Command) =>
      cli.run(command, [], async (session) => {
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
