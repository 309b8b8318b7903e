import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { pagwCommand, shellWord } from '../../lib/domain/printable-text.ts';

const WORDS = [
  ...[
    'PAGW-20251226-00005-A7CEB2B3',
    'acme health',
    'x; touch ./pwned #',
    '$(id)',
    '`id`',
    "it's",
    "'",
    '',
    '*',
  ],
  ...[
    'a\\b',
    '\\',
    "$'\\n",
    '!!',
    '~root',
    'a=b',
    '-rf',
    '--help',
    '&& id',
    'Ünïcode-日本 😀',
    'two  blanks ',
    '"',
  ],
  ...['two\nlines', "\u001b[31m'red\\", 'turned\u202eround', '\u{e0041}tag', '\u00850'],
];

/** sh on many machines is dash, which knows no `$'…'`. */
const shells = ['sh', 'bash'].filter((shell) => {
  try {
    return execFileSync(shell, ['-c', 'echo 1'], { encoding: 'utf8' }) === '1\n';
  } catch {
    return false;
  }
});

describe.each(shells)('a word for %s', (shell) => {
  it('comes out as it went in', () => {
    const words = WORDS.filter((text) => shell === 'bash' || !shellWord(text).startsWith('$'));
    const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
    const printed = execFileSync(shell, ['-c', script], { encoding: 'utf8' });
    expect(printed.split('\0').slice(0, -1)).toEqual(words);
  });
});

it('a word is on one line, and plain ones are not quoted', () => {
  for (const text of WORDS) expect(shellWord(text)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(shellWord('PAGW-1_a.b/c')).toBe('PAGW-1_a.b/c');
  expect(shellWord('acme health')).toBe("'acme health'");
});

it('a command takes what begins like an option for what it is', () => {
  expect(pagwCommand('stuck', [], { tenant: 'acme health', stage: 'API_CONNECTOR' })).toBe(
    "pagw stuck --tenant 'acme health' --stage API_CONNECTOR",
  );
  expect(pagwCommand('request show', ['-x'])).toBe('pagw request show -- -x');
});
