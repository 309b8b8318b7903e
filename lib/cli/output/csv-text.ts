import { printable, printableJson } from '../../domain/printable-text.ts';

/**
 * RFC 4180: one line a row, what holds quotes or commas in quotes. Objects stand as JSON. Nothing in a text commands: not
 * a terminal, and not a spreadsheet, which would take `=1+1` for a formula.
 */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map((value) => quoted(plain(value))).join(',')}\r\n`;
}

/** Tells a spreadsheet that the text is UTF-8. */
export const BYTE_ORDER_MARK = '\ufeff';

function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') return printableJson(value);
  return typeof value === 'string' ? withoutFormulas(value) : String(value);
}

/** Spreadsheets look behind blanks and quotes, and some take the wide forms of the signs. */
const FORMULA = /^[\s\p{Cf}"']*[=+\-@\t\r＝＋－＠]/u;
const NUMBER = /^\s*-(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
/** A cell of its own where the separator is a semicolon, as in much of Europe. */
const FORMULA_BEHIND_SEMICOLON = /(;["']*)(?=[=+\-@＝＋－＠])/g;

/** The apostrophe makes a spreadsheet take a cell for text (CWE-1236). */
function withoutFormulas(text: string): string {
  if (NUMBER.test(text)) return text;
  const inert = printable(text).replace(FORMULA_BEHIND_SEMICOLON, "$1'");
  return FORMULA.test(text) ? `'${inert}` : inert;
}

function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
