import { Command, Option } from 'commander';
import {
  type ClosingStatus,
  closeRequest,
  closingStatuses,
} from '../../data-access/stuck-alarm/close-request.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { addReason, operatorOf, type ReasonOption } from './retry-operator.ts';

interface Options extends ReasonOption {
  as: ClosingStatus;
}

export function requestClose(cli: Cli): Command {
  return addReason(
    new Command('close')
      .description('end a request by hand: nothing of it is awaited, retried or alarmed any more')
      .argument('<pagwId>', 'the request')
      .addOption(
        new Option('--as <status>', 'the status it ends with').choices(closingStatuses).default('CANCELLED'),
      )
      .action((pagwId: string, options: Options, command: Command) =>
        cli.run(command, [], async (session) => {
          const { as: status } = options;
          const connection = await session.connect();
          await session.confirm(`End request ${pagwId} as ${status} on ${connection.name}?`);
          const request = { pagwId, status, ...operatorOf(options, session.io) };
          const outcome = await closeRequest(connection.database('writer'), request, connection.now());
          if (outcome === 'not-found')
            throw new CliError({
              code: 'REQUEST_NOT_FOUND',
              message: `There is no request ${pagwId}.`,
              hint: 'List requests with `pagw request list`.',
              exitCode: ExitCode.notFound,
            });
          session.say(
            outcome === 'closed'
              ? `Closed ${pagwId} as ${status}.`
              : `${pagwId} was closed already; nothing was done.`,
          );
          return undefined;
        }),
      ),
  );
}
