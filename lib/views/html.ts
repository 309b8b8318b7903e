/** Markup that is safe to send. Only the JSX runtime makes it, so every text in it went through one of the two below. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
  toString(): string {
    return this.markup;
  }
}

/** What may stand between two tags; text is escaped, null, undefined and booleans are nothing. */
export type Child = Html | string | number | boolean | null | undefined | readonly Child[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters, halves of surrogate pairs and non-characters: no HTML may hold them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g;

/** Text as it may stand between tags. */
function escapeText(text: string): string {
  return printable(text).replace(/[&<>]/g, (character) => ENTITIES[character] ?? '');
}

/** Text as it may stand between double quotes, which every attribute gets. */
export function escapeAttribute(text: string): string {
  return printable(text).replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}

function printable(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, '\ufffd');
}

export function toMarkup(child: Child): string {
  if (child instanceof Html) return child.markup;
  if (typeof child === 'string') return escapeText(child);
  if (typeof child === 'number') return String(child);
  if (child === null || child === undefined || typeof child === 'boolean') return '';
  let markup = '';
  for (const part of child) markup += toMarkup(part);
  return markup;
}
