import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Operator } from '../data-access/operate.ts';
import { reasonFault } from '../domain/operator-actions.ts';
import { type CliError, usageError } from './cli-error.ts';
import type { Session } from './session.ts';

export interface ReasonOption {
  reason: string;
}

/** Every deed by hand leaves a row that says who did it and why. */
export function addReason(command: Command): Command {
  return command.addOption(reasonOption().makeOptionMandatory());
}

/** For a deed that can be tried without being done. */
export function reasonOption(): Option {
  return new Option('--reason <text>', 'why; kept with who and when').argParser(parseReason);
}

/** Of a verb that only acts without --dry-run. */
export function reasonMissing(): CliError {
  return usageError('Say why with --reason.', 'A --dry-run needs none.');
}

/**
 * Who acts: of a deployed tracker whoever AWS says, of a local one PAGW_OPERATOR or the login name. To be asked before
 * anything is done. @throws CliError where AWS does not say.
 */
export async function operatorOf({ reason }: ReasonOption, session: Session): Promise<Operator> {
  const { caller } = await session.connect();
  const { env } = session.io;
  const actedBy =
    caller === undefined
      ? env.PAGW_OPERATOR || env.USER || env.USERNAME || env.LOGNAME || 'unknown'
      : await caller();
  if ([...actedBy].length > NAME_MOST)
    throw usageError(
      `PAGW_OPERATOR must have at most ${NAME_MOST} characters.`,
      'Name who acts, as mail does.',
    );
  return { actedBy, reason };
}

/** Characters that the tables keep of who acted. */
const NAME_MOST = 256;

function parseReason(text: string): string {
  const fault = reasonFault(text);
  if (fault !== null) throw new InvalidArgumentError(fault);
  return text.trim();
}
