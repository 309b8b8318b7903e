import { Command } from 'commander';
import { recordOperatorAction } from '../../data-access/retry/record-operator-action.ts';
import type { Verb } from '../cli.ts';
import {
  countDeadLetters,
  lookAtDeadLetters,
  moveDeadLetters,
  needDeadLetterQueue,
} from '../dead-letters.ts';
import { ExitCode } from '../exit-code.ts';
import { openProgress } from '../output/progress.ts';
import { tableText } from '../output/table.ts';
import { countText, plural } from '../output/time-text.ts';
import { deadLetterColumns } from './dead-letters-list.ts';
import { addReason, operatorOf, type ReasonOption } from './retry-operator.ts';

const SAMPLE = 5;

type Options = ReasonOption & { dryRun?: boolean };

export const deadLettersRedrive: Verb = (cli) =>
  addReason(new Command('redrive'))
    .description('send every dead letter to the events queue again, in order within each request')
    .option('--dry-run', 'only count, and show a sample')
    .action((options: Options, command: Command) =>
      cli.run(command, [], async (session) => {
        const connection = await session.connect();
        const { sqs, eventsQueueUrl } = connection;
        const from = needDeadLetterQueue(connection);
        const writer = connection.database('writer');
        // What cannot be recorded now would only begin its 1,000 deliveries anew.
        await writer.execute('SELECT 1 AS answers');
        const total = await countDeadLetters(sqs, from);
        session.say(total === 0 ? 'There are no dead letters.' : `About ${plural(total, 'dead letter')}:`);
        const done = { moved: 0, notTaken: 0 };
        if (total > 0) {
          const sample = await lookAtDeadLetters(sqs, from, SAMPLE);
          const columns = deadLetterColumns(connection.now());
          session.say(tableText(sample, { columns, paint: session.paintMessage, width: session.width }));
        }
        if (total > 0 && options.dryRun !== true) {
          await session.confirm(`Send ${plural(total, 'dead letter')} to ${connection.name} again?`);
          const progress = openProgress(session.io.stderr);
          const onMoved = (moved: number) =>
            progress.show(`${countText(moved)} of ${countText(total)} sent again`);
          const { signal } = session.io;
          Object.assign(done, await moveDeadLetters({ sqs, from, to: eventsQueueUrl, onMoved, signal }));
          progress.clear();
          await recordOperatorAction(
            writer,
            {
              action: 'dead-letters.redrive',
              filter: {},
              affected: done.moved,
              ...operatorOf(options, session.io),
            },
            connection.now(),
          );
        }
        if (session.options.output !== 'table') session.print(`${JSON.stringify({ total, ...done })}\n`);
        if (total === 0 || options.dryRun === true) return undefined;
        const paint = session.paintMessage;
        const glyph = done.notTaken > 0 ? paint('✗', 'red') : paint('✓', 'green');
        const others = done.notTaken > 0 ? `, ${countText(done.notTaken)} not taken by the queue` : '';
        session.say(`${glyph} ${plural(done.moved, 'dead letter')} sent again${others}.`);
        return done.notTaken > 0 ? ExitCode.failure : undefined;
      }),
    );
