import { type Mutant, mutantsBy, type Rule } from './mutant.ts';

const HIDDEN = '\u0001';
const isBalanced = (text: string) => text.split('(').length === text.split(')').length;
const swap = (pairs: Readonly<Record<string, string>>) => (match: RegExpExecArray) => pairs[match[0].trim()];

const rules: readonly Rule[] = [
  {
    change: 'drops a lock',
    pattern: /\s+FOR (NO KEY )?(UPDATE|SHARE)( OF \w+)?( SKIP LOCKED| NOWAIT)?/g,
    to: () => '',
  },
  { change: 'waits for a lock', pattern: / SKIP LOCKED/g, to: () => '' },
  { change: 'does nothing instead', pattern: /\b(PERFORM)\b[^;]*;/g, to: () => 'NULL;' },
  { change: 'drops ON CONFLICT', pattern: /\s+ON CONFLICT[^\n]*DO NOTHING/g, to: () => '' },
  {
    change: 'drops a condition',
    pattern: /\n[ \t]*(AND|OR) [^\n]*(?=\n)/g,
    to: ([line]) => (isBalanced(line) && !/[;,]$/.test(line) ? '' : undefined),
  },
  {
    change: 'leaves a column as it is',
    pattern: /\n[ \t]+\w+ = [^\n]*,(?=\n)/g,
    to: ([line]) => (isBalanced(line) ? '' : undefined),
  },
  {
    change: 'takes the other connective',
    pattern: /\b(?<!BETWEEN [^\n]{0,80})AND\b|\bOR\b(?! REPLACE)/g,
    to: swap({ AND: 'OR', OR: 'AND' }),
  },
  {
    change: 'flips a comparison',
    pattern: /(?<= )(<=|>=|<>|<|>|=)(?= )/g,
    to: swap({ '<=': '<', '<': '<=', '>=': '>', '>': '>=', '=': '<>', '<>': '=' }),
  },
  {
    change: 'flips a test',
    pattern: /\bIS (NOT )?(DISTINCT FROM|NULL|TRUE)\b/g,
    to: ([, not, what]) => (not === undefined ? `IS NOT ${what}` : `IS ${what}`),
  },
  { change: 'negates', pattern: /\bNOT (?=EXISTS|IN|is_|coalesce|\()/g, to: () => '' },
  { change: 'negates', pattern: /\b(?<!NOT |IF )EXISTS\b/g, to: () => 'NOT EXISTS' },
  {
    change: 'takes the other end',
    pattern: /\b(greatest|least|min|max)(?=\()/g,
    to: swap({ greatest: 'least', least: 'greatest', min: 'max', max: 'min' }),
  },
  { change: 'adds for subtracts', pattern: /(?<= )[+-](?= )/g, to: swap({ '+': '-', '-': '+' }) },
  {
    change: 'counts one more',
    pattern: /(?<![\w.:$])\d+(?![\w.])/g,
    to: ([number]) => String(Number(number) + 1),
  },
  { change: 'turns the order', pattern: / DESC\b/g, to: () => '' },
  { change: 'keeps doubles', pattern: /\bDISTINCT (?!FROM|ON)/g, to: () => '' },
  { change: 'joins strictly', pattern: /\bLEFT JOIN\b/g, to: () => 'JOIN' },
];

/** Of a statement or a function's file: of that, what stands between the dollar quotes. */
export function sqlMutants(text: string): Mutant[] {
  const [begins, ends] = [text.indexOf('$$'), text.lastIndexOf('$$')];
  return begins < ends ? partMutants(text, begins + 2, ends) : partMutants(text, 0, text.length);
}

/** Of the SQL between two places of a source. */
export function partMutants(text: string, begins: number, ends: number): Mutant[] {
  return mutantsBy(rules, text, masked(text.slice(begins, ends)), begins);
}

function masked(sql: string): string {
  return sql.replace(/--[^\n]*|'(?:[^']|'')*'|\$\{[^}]*\}/g, (hidden) => HIDDEN.repeat(hidden.length));
}
