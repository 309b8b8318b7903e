import { Command } from 'commander';
import { resumeRetries } from '../../data-access/retry/retry-pauses.ts';
import type { Verb } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { addReason, operatorOf, type ReasonOption } from './retry-operator.ts';
import { addScope, readScope, type ScopeOptions, scopeText } from './retry-pause.ts';

export const retryResume: Verb = (cli) =>
  addReason(addScope(new Command('resume')))
    .description('let the retries go that a pause of exactly this holds back')
    .action((options: ReasonOption & ScopeOptions, command: Command) =>
      cli.run(command, ['tenant'], async (session) => {
        const scope = readScope(options, session);
        const connection = await session.connect();
        const operator = operatorOf(options, session.io);
        const lifted = await resumeRetries(connection.database('writer'), scope, operator, connection.now());
        if (!lifted)
          throw new CliError({
            code: 'PAUSE_NOT_FOUND',
            message: `There is no pause of ${scopeText(scope)}.`,
            hint: 'A resume names what its pause named; see `pagw retry pauses`.',
            exitCode: ExitCode.notFound,
          });
        session.say(`Resumed: ${scopeText(scope)}. What became due goes out within a minute.`);
        return undefined;
      }),
    );
