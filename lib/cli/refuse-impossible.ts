import type { Command } from 'commander';
import { LONGEST_FILTER, textFault } from '../domain/text-fault.ts';
import { usageError } from './cli-error.ts';

/** What is longer than a filter by nature: where a file or a server is, and why somebody does something. */
const LONGEST: Readonly<Record<string, number>> = { file: 4_096, url: 2_048, reason: 1_000 };

/** @throws CliError for an option or an argument that no command could make sense of. */
export function refuseImpossible(command: Command): void {
  for (const [name, value] of Object.entries(command.optsWithGlobals()))
    for (const each of [value].flat())
      if (typeof each === 'string') refuse(`--${kebabCase(name)}`, each, LONGEST[name]);
  const names = command.registeredArguments.map((argument) => argument.name());
  for (const [place, value] of command.args.entries())
    refuse(`<${names[place] ?? names.at(-1) ?? 'argument'}>`, value);
}

function refuse(name: string, value: string, most = LONGEST_FILTER): void {
  const fault = textFault(value, most);
  if (fault !== null) throw usageError(`${name} ${fault}.`);
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
