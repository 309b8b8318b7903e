import type { Command } from 'commander';
import { printable } from '../domain/printable-text.ts';
import {
  previewResend,
  type ResendOutcome,
  type ResendPreview,
  resendRefusals,
  resendRequest,
  riskText,
} from '../flows/operate/resend-request.ts';
import { newVerb, type Verb } from './cli.ts';
import { CliError, ExitCode, usageError } from './cli-error.ts';
import { addReason, operatorOf, type ReasonOption } from './operator.ts';
import { requestNotFound } from './request-not-found.ts';

type Options = ReasonOption & { acceptSecondCase?: boolean };

export const requestResend: Verb = (cli) =>
  addReason(newVerb('resend', ['yes']))
    .description(
      'send the work once more that a stuck request waits for: no result came, or a hand-off was lost',
    )
    .argument('<pagwId>', 'such as PAGW-20251226-00005-A7CEB2B3')
    .option(
      '--accept-second-case',
      'where the downstream may have the case already: a second one is accepted',
    )
    .action((id: string, options: Options, command: Command) =>
      cli.run(command, async (session) => {
        const pagwId = id.trim();
        const connection = await session.connect();
        const preview = await previewResend(connection.database('reader'), pagwId);
        if (preview === 'not-found') throw await requestNotFound(connection.database('reader'), pagwId);
        if (typeof preview === 'string') throw refusal(preview);
        const riskAccepted = options.acceptSecondCase === true;
        if (preview.mayBeKnown && !riskAccepted)
          throw usageError(riskText(preview), 'Ask there first; then add --accept-second-case.');
        await session.confirm(`${printable(sentence(preview))}?`);
        const request = { pagwId, riskAccepted, ...(await operatorOf(options, session)) };
        const outcome = await resendRequest(connection.database('operator'), request, connection.now());
        if (outcome === 'waiting')
          session.say(`${printable(pagwId)} was asked for already and goes out next.`);
        else if (outcome !== 'requested') throw refusal(outcome);
        else
          session.say(
            'Goes out within a minute, unless a pause holds it. Over once its outcome is recorded.',
          );
        return undefined;
      }),
    );

function sentence({ stage, attempt, request }: ResendPreview): string {
  return `Send ${request.pagwId} to ${stage} once more, as attempt ${attempt}`;
}

function refusal(outcome: Exclude<ResendOutcome, 'requested' | 'waiting'>): CliError {
  const [message, hint] = resendRefusals[outcome];
  const code = `RESEND_${outcome.toUpperCase().replaceAll('-', '_')}`;
  const exitCode = outcome === 'not-found' ? ExitCode.notFound : ExitCode.failure;
  return new CliError({ code, message, hint, exitCode });
}
