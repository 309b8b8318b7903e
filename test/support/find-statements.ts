import { globSync, readFileSync } from 'node:fs';

/** A call that runs SQL, as its source says it. */
export interface FoundStatement {
  file: string;
  line: number;
  /** The expression of its text. */
  sql: string;
  /** The type of its rows; undefined: none is stated. */
  row: string | undefined;
  /** Read by `execute`, `readBounded`, `readFirst`, or `readPage`, whose rows come with their place in the order. */
  call: string;
}

const CALL = /\.execute\b|\b(?:readBounded|readFirst|readPage)\b(?=[<(])/g;

/** Every statement that the program runs, found by the calls of the seam to PostgreSQL. */
export function findStatements(): FoundStatement[] {
  // The endpoint runs what it is given.
  const files = globSync('lib/**/*.ts', { exclude: ['lib/local/data-api/**'] }).sort();
  return files.flatMap((file) => {
    const source = readFileSync(file, 'utf8');
    return [...source.matchAll(CALL)].flatMap((match) => statementAt(file, source, match));
  });
}

function statementAt(file: string, source: string, { 0: call, index }: RegExpExecArray): FoundStatement[] {
  let at = index + call.length;
  let row: string | undefined;
  if (source[at] === '<') {
    const end = typeEnd(source, at);
    row = source.slice(at + 1, end - 1);
    at = end;
  }
  if (source[at] !== '(') return [];
  const isPage = call === 'readPage';
  if (call !== '.execute') at = expressionEnd(source, at + 1);
  let sql = argumentAt(source, at + 1);
  if (isPage) {
    const property = /\bsql\b(:?)/.exec(sql);
    if (property === null) return [];
    sql = property[1] === '' ? 'sql' : argumentAt(sql, property.index + property[0].length);
  }
  return [{ file, line: source.slice(0, index).split('\n').length, sql, row, call: call.replace('.', '') }];
}

function argumentAt(source: string, from: number): string {
  return source.slice(from, expressionEnd(source, from)).trim();
}

/** The comma or bracket that ends the expression. */
function expressionEnd(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    const character = source[at] ?? '';
    if (character === "'" || character === '"' || character === '`') at = textEnd(source, at);
    else if (source.startsWith('//', at)) at = source.indexOf('\n', at);
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) {
      if (depth === 0) return at;
      depth--;
    } else if (character === ',' && depth === 0) return at;
  }
  return source.length;
}

function textEnd(source: string, from: number): number {
  const mark = source[from];
  let at = from + 1;
  for (; at < source.length && source[at] !== mark; at++)
    if (source[at] === '\\') at++;
    else if (mark === '`' && source.startsWith('${', at)) at = expressionEnd(source, at + 2);
  return at;
}

function typeEnd(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at++)
    if (source[at] === '<') depth++;
    else if (source[at] === '>' && source[at - 1] !== '=' && --depth === 0) return at + 1;
  return source.length;
}
