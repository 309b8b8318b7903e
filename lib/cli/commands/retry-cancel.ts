import { Command, InvalidArgumentError } from 'commander';
import { cancelRetryBatch } from '../../data-access/retry/retry-batches.ts';
import type { Verb } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { addReason, operatorOf, type ReasonOption } from './retry-operator.ts';

export const retryCancel: Verb = (cli) =>
  addReason(new Command('cancel'))
    .description('stop a running batch; what it has made due already goes out')
    .argument('<id>', 'as `pagw retry batches` prints it', parseBatchId)
    .action((id: number, options: ReasonOption, command: Command) =>
      cli.run(command, [], async (session) => {
        const connection = await session.connect();
        const operator = operatorOf(options, session.io);
        const stopped = await cancelRetryBatch(connection.database('writer'), id, operator, connection.now());
        if (!stopped)
          throw new CliError({
            code: 'BATCH_NOT_RUNNING',
            message: `Batch ${id} is not running.`,
            hint: 'See `pagw retry batches`.',
            exitCode: ExitCode.notFound,
          });
        session.say(`Batch ${id} is stopped.`);
        return undefined;
      }),
    );

function parseBatchId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give the number of a batch.');
}
