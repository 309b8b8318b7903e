import { Command } from 'commander';
import type { Verb } from '../cli.ts';
import {
  countDeadLetters,
  type DeadLetter,
  lookAtDeadLetters,
  needDeadLetterQueue,
} from '../dead-letters.ts';
import { printList } from '../output/print-list.ts';
import type { Column } from '../output/table.ts';
import { ageText, countText, plural } from '../output/time-text.ts';

const DEFAULT_LIMIT = 10;

export const deadLettersList: Verb = (cli) =>
  new Command('list')
    .description('count the events that could not be recorded in 1,000 deliveries, and show some of them')
    .action((_options: object, command: Command) =>
      cli.run(command, ['limit'], async (session) => {
        const connection = await session.connect();
        const queueUrl = needDeadLetterQueue(connection);
        const total = await countDeadLetters(connection.sqs, queueUrl);
        const most = session.options.limit ?? DEFAULT_LIMIT;
        const rows = total === 0 ? [] : await lookAtDeadLetters(connection.sqs, queueUrl, most);
        printList(session, {
          name: 'deadLetters',
          rows,
          columns: deadLetterColumns(connection.now()),
          fields: ['messageId', 'group', 'setAsideAt', 'bytes'],
          empty:
            total === 0 ? 'There are no dead letters.' : 'The dead letters are being looked at; try again.',
        });
        if (rows.length > 0)
          session.say(`${countText(rows.length)} of about ${plural(total, 'dead letter')} shown.`);
        return undefined;
      }),
    );

export function deadLetterColumns(now: Date): Column<DeadLetter>[] {
  return [
    { title: 'REQUEST', cell: ({ group }) => group, least: 12 },
    { title: 'SET ASIDE', cell: ({ setAsideAt }) => ageText(setAsideAt, now), align: 'right' },
    { title: 'BYTES', cell: ({ bytes }) => countText(bytes), align: 'right' },
    { title: 'MESSAGE', cell: ({ messageId }) => messageId, least: 12 },
  ];
}
