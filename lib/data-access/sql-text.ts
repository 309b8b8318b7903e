/** A statement whose `:name` parameters became PostgreSQL's `$1`, `$2` …; the position of a name is its number less one. */
export interface BoundNames {
  text: string;
  names: string[];
}

/**
 * Splits a script at the semicolons that end statements. Comments stay with the statement they precede; what holds
 * no statement is dropped. Semicolons in literals, comments, parentheses and BEGIN ATOMIC bodies split nothing.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let nesting = 0;
  let words: string[] = [];
  let empty = true;
  const close = (end: number) => {
    if (!empty) statements.push(sql.slice(start, end).trim());
    start = end + 1;
    nesting = 0;
    words = [];
    empty = true;
  };
  for (const { kind, from, to } of readTokens(sql)) {
    if (kind === 'comment') continue;
    if (kind === 'code' && sql[from] === ';' && nesting === 0) {
      close(from);
      continue;
    }
    empty = false;
    if (kind === 'code') nesting += parenthesisStep(sql[from]);
    if (kind === 'word') {
      const word = sql.slice(from, to).toUpperCase();
      nesting += blockStep(word, words, nesting);
      if (words.length < 4) words.push(word);
    }
    nesting = Math.max(nesting, 0);
  }
  close(sql.length);
  return statements;
}

/**
 * Turns `:name` into `$n`, the same number for the same name; a name may be a number, `:1`. Nothing inside string
 * literals, quoted identifiers, comments and dollar quotes is touched; `::type`, `:=` and slices such as `[1:2]` are no
 * parameters.
 */
export function bindNames(sql: string): BoundNames {
  const numbers = new Map<string, number>();
  let text = '';
  let copied = 0;
  let brackets = 0;
  for (const { kind, from, to } of readTokens(sql)) {
    if (kind === 'code') brackets += bracketStep(sql[from]);
    if (kind !== 'parameter') continue;
    const name = sql.slice(from + 1, to);
    if (brackets > 0 && /^\d/.test(name)) continue;
    const number = numbers.get(name) ?? numbers.size + 1;
    numbers.set(name, number);
    text += sql.slice(copied, from);
    // `[low:high]` must not become the identifier `low$1`.
    if (/[\w$]$/.test(text)) text += ' ';
    text += `$${number}`;
    copied = to;
  }
  return { text: text + sql.slice(copied), names: [...numbers.keys()] };
}

/** The text of an array of texts. */
export function textArray(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join()}}`;
}

/** The text of an array of rows, `{"(a,,\\"b c\\")"}`: of each record the values of `columns`, in their order. */
export function compositeArray(
  records: readonly Record<string, unknown>[],
  columns: readonly string[],
): string {
  const rows = records.map((record) => `"(${columns.map((name) => fieldText(record[name])).join()})"`);
  return `{${rows.join()}}`;
}

/** Quoted twice where it is not plain: for its row, and for the array around the row. */
function fieldText(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  if (/^[\w.:+-]+$/.test(text)) return text;
  return `\\"${text.replace(/["\\]/g, (character) => (character === '"' ? '\\"\\"' : '\\\\\\\\'))}\\"`;
}

/** `code` is a single character of punctuation, or a cast or assignment sign. White space makes no token. */
type TokenKind = 'comment' | 'literal' | 'word' | 'parameter' | 'code';

interface Token {
  kind: TokenKind;
  from: number;
  to: number;
}

// Sticky expressions, one per kind, tried in order. An unterminated literal runs to the end: PostgreSQL then complains.
const TOKEN_SHAPES: readonly (readonly [TokenKind, RegExp])[] = [
  ['comment', /--[^\n\r]*/y],
  ['literal', /[eE]'(?:[^'\\]|\\.|'')*(?:'|$)/sy],
  ['literal', /'(?:[^']|'')*(?:'|$)/y],
  ['literal', /"(?:[^"]|"")*(?:"|$)/y],
  ['literal', /\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$.*?(?:\$\1\$|$)/sy],
  ['word', /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ['code', /\$\d+|\d[\w.]*/y],
  ['code', /::|:=/y],
  ['parameter', /:(?:[A-Za-z_]\w*|\d+\b)/y],
];

function* readTokens(sql: string): Generator<Token> {
  let from = 0;
  while (from < sql.length) {
    if (/\s/.test(sql[from] ?? '')) {
      from += 1;
      continue;
    }
    const token = tokenAt(sql, from);
    yield token;
    from = token.to;
  }
}

function tokenAt(sql: string, from: number): Token {
  if (sql.startsWith('/*', from)) return { kind: 'comment', from, to: endOfBlockComment(sql, from) };
  for (const [kind, shape] of TOKEN_SHAPES) {
    shape.lastIndex = from;
    if (shape.test(sql)) return { kind, from, to: shape.lastIndex };
  }
  return { kind: 'code', from, to: from + 1 };
}

/** Block comments nest in PostgreSQL. */
function endOfBlockComment(sql: string, from: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  let depth = 0;
  for (let match = edge.exec(sql); match !== null; match = edge.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return sql.length;
}

function parenthesisStep(character: string | undefined): number {
  if (character === '(') return 1;
  return character === ')' ? -1 : 0;
}

function bracketStep(character: string | undefined): number {
  if (character === '[') return 1;
  return character === ']' ? -1 : 0;
}

/** BEGIN ATOMIC … END and CASE … END inside it, as psql counts them; only in CREATE FUNCTION or PROCEDURE. */
function blockStep(word: string, words: readonly string[], nesting: number): number {
  if (words[0] !== 'CREATE' || !words.some((earlier) => earlier === 'FUNCTION' || earlier === 'PROCEDURE'))
    return 0;
  if (word === 'BEGIN' || (word === 'CASE' && nesting > 0)) return 1;
  return word === 'END' && nesting > 0 ? -1 : 0;
}
