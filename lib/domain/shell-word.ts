import { printable, replaceCommanding } from './printable-text.ts';

/**
 * A text as one word of a command that somebody pastes into a POSIX shell: quoted where it holds more than plain
 * characters. What is no printable text stands in octal between `$'` and `'`, which bash, zsh and ksh know.
 */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9._/-]+$/.test(text)) return text;
  if (printable(text) === text) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return `$'${replaceCommanding(text.replace(/[\\']/g, String.raw`\$&`), octal)}'`;
}

/**
 * A command of the operator CLI, to be pasted.
 * @param options by their long name; their values and the operands are anybody's text.
 */
export function pagwCommand(
  verb: string,
  operands: readonly string[],
  options: Readonly<Record<string, string>> = {},
): string {
  const words = Object.entries(options).map(([name, value]) => `--${name} ${shellWord(value)}`);
  // Behind -- nothing is an option, whatever it begins with.
  if (operands.some((operand) => operand.startsWith('-'))) words.push('--');
  return ['pagw', verb, ...words, ...operands.map(shellWord)].join(' ');
}

function octal(character: string): string {
  return Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
