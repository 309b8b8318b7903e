/**
 * What a terminal, a mail or a spreadsheet obeys or hides: control and formatting characters (escape sequences, turned
 * writing directions), line breaks, halves of surrogate pairs. Signs that only choose an emoji's form stay.
 */
const COMMANDING =
  /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\u{fe00}-\u{fe0f}]]/gv;
/** In JSON a line break stands between its parts only: JSON escapes those of a text itself. */
const COMMANDING_IN_JSON =
  /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\n\u{fe00}-\u{fe0f}]]/gv;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text of somebody else on one line, where what could command is written as JSON writes it: `\u001b`, `\n`. */
export function printable(text: string): string {
  return replaceCommanding(text, escaped);
}

function replaceCommanding(text: string, write: (character: string) => string): string {
  return text.replace(COMMANDING, (character) => write(character));
}

/** JSON of the same value as JSON.stringify gives, in which nothing commands. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(COMMANDING_IN_JSON, escaped);
}

function escaped(character: string): string {
  if (character in SHORT) return SHORT[character] ?? '';
  let escapes = '';
  for (let place = 0; place < character.length; place++)
    escapes += `\\u${character.charCodeAt(place).toString(16).padStart(4, '0')}`;
  return escapes;
}

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
  const given = Object.entries(options).map(([name, value]) => `--${name} ${shellWord(value)}`);
  const named = operands.map(shellWord);
  // Behind -- nothing is an option, whatever it begins with.
  const words = operands.some((operand) => operand.startsWith('-'))
    ? [...given, '--', ...named]
    : [...named, ...given];
  return ['pagw', verb, ...words].join(' ');
}

/**
 * The same command for a tracker that is not the one which the shell speaks to by itself.
 * @param tracker options, such as `--stack PagwEventTracker-prod`; empty: the shell's own.
 */
export function toTracker(command: string, tracker: string): string {
  if (tracker === '') return command;
  // Behind these nothing is an option of pagw.
  const [, before = '', behind = ''] = /^(.*?)((?: -- | > | < | \| ).*)?$/s.exec(command) ?? [];
  return `${before} ${tracker}${behind}`;
}

/** A sentence whose commands, each in backticks, are for that tracker. Those that speak to none stay as they are. */
export function commandsToTracker(sentence: string, tracker: string): string {
  return sentence.replace(/`(pagw (?!event validate|completion)[a-z][^`]*)`/g, (quoted, command: string) =>
    / --help$/.test(command) ? quoted : `\`${toTracker(command, tracker)}\``,
  );
}

function octal(character: string): string {
  return Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
