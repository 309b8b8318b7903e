import { Command, InvalidArgumentError } from 'commander';
import { snoozeIncident } from '../../data-access/stuck-alarm/snooze-incident.ts';
import { durationText } from '../../domain/duration-text.ts';
import { printable } from '../../domain/printable-text.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { momentText } from '../output/time-text.ts';
import { parseDuration } from '../parse-when.ts';
import { addReason, operatorOf, type ReasonOption } from './retry-operator.ts';

interface Options extends ReasonOption {
  for: number;
}

const DEFAULT_SECONDS = 4 * 3600;
const LONGEST_SECONDS = 14 * 86_400;

export function incidentSnooze(cli: Cli): Command {
  return addReason(
    new Command('snooze')
      .description('tell nothing more of an open incident for a while, unless a decision becomes overdue')
      .argument('<key>', 'as `pagw incident list` prints it')
      .option('--for <duration>', 'how long, such as 4h; 0s ends a silence', parseSilence, DEFAULT_SECONDS)
      .action((key: string, options: Options, command: Command) =>
        cli.run(command, [], async (session) => {
          const { for: seconds } = options;
          const connection = await session.connect();
          const now = connection.now();
          const until = new Date(now.getTime() + seconds * 1_000);
          const snooze = { key, until, ...operatorOf(options, session.io) };
          if (!(await snoozeIncident(connection.database('writer'), snooze, now)))
            throw new CliError({
              code: 'INCIDENT_NOT_FOUND',
              message: `No open incident has the key ${key}.`,
              hint: 'List them with `pagw incident list`.',
              exitCode: ExitCode.notFound,
            });
          const shown = printable(key);
          session.say(
            seconds === 0
              ? `${shown} is told again.`
              : `${shown} is silent for ${durationText(seconds * 1_000)}, until ${momentText(until, session.options.time)}.`,
          );
          return undefined;
        }),
      ),
  );
}

function parseSilence(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined || seconds > LONGEST_SECONDS)
    throw new InvalidArgumentError('Give a duration up to 14d, such as 4h.');
  return seconds;
}
