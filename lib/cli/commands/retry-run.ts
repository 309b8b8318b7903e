import { Command } from 'commander';
import { retryNow } from '../../data-access/retry/retry-now.ts';
import { type NothingToRetry, whyNothingToRetry } from '../../data-access/retry/why-nothing-to-retry.ts';
import { canonicalStage } from '../../domain/event-stages.ts';
import type { Verb } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { printList } from '../output/print-list.ts';
import { addReason, operatorOf, type ReasonOption } from './retry-operator.ts';

const WHY_NOTHING: Readonly<Record<NothingToRetry, readonly [message: string, hint: string]>> = {
  unknown: ['There is no such request, or no event of that stage.', 'See `pagw request list`.'],
  closed: ['The request has ended.', 'A request that is closed is not retried.'],
  dispatched: ['A retry was sent, and its outcome is awaited.', 'See `pagw request show`.'],
  'not-retryable': [
    'The stage failed for good: its failure is not retryable.',
    'Correct the request at its source and submit it again.',
  ],
  'not-failed': ['The latest event of the stage is no failure.', 'See `pagw request show`.'],
};

export const retryRun: Verb = (cli) =>
  addReason(new Command('run'))
    .description("retry a request's failed stages now, those whose attempts are used up included")
    .argument('<pagwId>', 'such as PAGW-20251226-00005-A7CEB2B3')
    .option('--stage <name>', 'only this stage, by any of its names')
    .action((id: string, options: ReasonOption & { stage?: string }, command: Command) =>
      cli.run(command, [], async (session) => {
        const connection = await session.connect();
        const database = connection.database('writer');
        const pagwId = id.trim();
        const stage = canonicalStage(options.stage);
        const operator = operatorOf(options, session.io);
        const rows = await retryNow(database, { pagwId, stage, ...operator }, connection.now());
        if (rows.length === 0) throw nothing(await whyNothingToRetry(database, pagwId, stage));
        printList(session, {
          name: 'retries',
          rows,
          columns: [
            { title: 'STAGE', cell: (row) => row.stage },
            { title: 'FAILURE', cell: (row) => `#${row.sequenceNo}`, align: 'right' },
            { title: 'NEXT ATTEMPT', cell: (row) => row.attempt + 1, align: 'right' },
            { title: '', cell: (row) => (row.wasExhausted ? { text: 'was exhausted', style: 'dim' } : '') },
          ],
          fields: ['stage', 'sequenceNo', 'attempt', 'wasExhausted'],
          empty: '',
        });
        session.say('Due now; goes out within a minute, unless a pause holds it. See `pagw request show`.');
        return undefined;
      }),
    );

function nothing(why: NothingToRetry): CliError {
  const [message, hint] = WHY_NOTHING[why];
  const exitCode = why === 'unknown' ? ExitCode.notFound : ExitCode.failure;
  return new CliError({ code: `RETRY_${why.toUpperCase().replace('-', '_')}`, message, hint, exitCode });
}
