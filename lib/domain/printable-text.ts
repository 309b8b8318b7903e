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

export function replaceCommanding(text: string, write: (character: string) => string): string {
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
