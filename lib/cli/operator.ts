import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Operator } from '../data-access/operate.ts';
import type { CliIo } from './run-pagw.ts';

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

/** Who is at the keyboard, as far as the machine knows; PAGW_OPERATOR says it better, in CI for one. */
export function operatorOf({ reason }: ReasonOption, { env }: CliIo): Operator {
  return { actedBy: env.PAGW_OPERATOR || env.USER || env.USERNAME || env.LOGNAME || 'unknown', reason };
}

function parseReason(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Say why in a few words.');
  return text.trim();
}
