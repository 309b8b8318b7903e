import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, pathOf } from '../../lib/cli/cli.ts';
import { createProgram } from '../../lib/cli/program.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { impossiblePositions, impossibleTexts, oddTexts } from '../support/impossible-values.ts';
import { type CliRun, connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-03-01T12:00:00Z');
let db: TestDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

const program = createProgram(
  new Cli({ stdout: { write: () => true }, stderr: { write: () => true } } as never),
);
const verbs = leavesOf(program);

function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

/** What a verb needs before anything else is looked at. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  reason: ['--reason', 'why'],
  file: ['--file', '-'],
};
const ARGUMENTS: Readonly<Record<string, string>> = { id: '1', shell: 'bash', conditions: 'a=1' };

function wordsOf(verb: Command, but?: string): string[] {
  const needed = verb.options.flatMap((option) =>
    option.mandatory && option.attributeName() !== but ? (NEEDED[option.attributeName()] ?? []) : [],
  );
  const given = verb.registeredArguments.map((argument) => ARGUMENTS[argument.name()] ?? 'X');
  return [...pathOf(verb).split(' '), ...given, ...needed];
}

/** The command lines of a verb with `value` in the place of each of its options and arguments. */
function linesWith(verb: Command, value: string): string[][] {
  const options = [...verb.options, ...program.options].filter(({ required }) => required);
  return [
    ...options.map((option) => [...wordsOf(verb, option.attributeName()), `${option.long}=${value}`]),
    ...verb.registeredArguments.map((_, place) => {
      const words = wordsOf(verb);
      words[pathOf(verb).split(' ').length + place] = value;
      return words;
    }),
  ];
}

const RAW_ERROR = /SQLSTATE|invalid (input|byte)|out of range|DATABASE_|unterminated/i;

function expectUsage({ code, stdout, stderr }: CliRun, line: readonly string[], what: string): void {
  expect([line.join(' ').slice(0, 120), what, code, stdout]).toEqual([
    line.join(' ').slice(0, 120),
    what,
    64,
    '',
  ]);
  expect(stderr).toMatch(/^pagw: .+\.\n/);
  expect(stderr.length).toBeLessThan(1_000);
}

describe.each(verbs.map((verb) => [pathOf(verb), verb] as const))('pagw %s', (_path, verb) => {
  it('ends with 64 and a sentence for texts that nothing stored can match, before it asks anybody', async () => {
    for (const [name, text] of impossibleTexts)
      for (const line of linesWith(verb, text)) {
        const isFile = line.at(-1)?.startsWith('--file=') === true && name.includes('257');
        // Why somebody does something may take more words, and a file more folders.
        const isLong = /--(reason|url)=/.test(line.at(-1) ?? '') && name.includes('257');
        if (!isFile && !isLong) expectUsage(await runCli(line), line, name);
      }
  });
});

describe('a list that is gone on with', () => {
  const lists = [
    'request list',
    'retry list',
    'rejected list',
    'stuck',
    'report deadlines',
    'report retries',
  ];

  it.each([...lists, 'report search a=1'])('refuses positions that `pagw %s` did not print', async (list) => {
    for (const [name, text] of impossiblePositions) {
      const line = [...list.split(' '), `--after=${text}`];
      expectUsage(await runCli(line, { connection: connectionTo(db, now) }), line, name);
    }
  });
});

describe('a time', () => {
  const impossible = [
    '0000-00-00',
    '2026-02-30',
    '2026-13-01',
    '300000-01-01',
    '4714-11-23 BC',
    '1969-12-31',
    '+010000-01-01T00:00:00Z',
    '2026-03-01T25:00:00Z',
    'infinity',
    'now()',
    '-1d',
    '99999999999999999999d',
    '',
  ];

  it.each(['since', 'until'])('that no calendar has is refused as --%s', async (option) => {
    for (const path of ['request list', 'rejected list', 'report latency', 'report errors', 'report cms'])
      for (const text of impossible) {
        const line = [...path.split(' '), `--${option}=${text}`];
        expectUsage(await runCli(line, { connection: connectionTo(db, now) }), line, text);
      }
  });

  it('at either end of the calendar is taken', async () => {
    for (const path of [
      'request list',
      'rejected list',
      'report latency',
      'report errors',
      'report cms',
      'report distribution',
    ])
      for (const [since, until] of [
        ['1970-01-01', '9999-12-31'],
        ['9999-12-30', '9999-12-31'],
        ['100d', '1d'],
        ['5200w', '1d'],
      ]) {
        const line = [...path.split(' '), `--since=${since}`, `--until=${until}`, '-o', 'json'];
        const { code, stderr } = await runCli(line, { connection: connectionTo(db, now) });
        expect([line.join(' '), code, stderr]).toEqual([line.join(' '), 0, '']);
      }
  });
});

describe('odd values', () => {
  const reading = verbs.filter((verb) =>
    /^(?!dead-letters).*list$|^stuck|report|show$|retry (list|run|pause|resume)/.test(pathOf(verb)),
  );

  it.each(reading.map((verb) => [pathOf(verb), verb] as const))(
    'never bring an error of the database out of `pagw %s`',
    async (_path, verb) => {
      for (const text of oddTexts)
        for (const line of linesWith(verb, text)) {
          const { code, stderr } = await runCli(line, { connection: connectionTo(db, now) });
          expect([line.join(' '), [0, 5, 64].includes(code) ? 'fine' : stderr]).toEqual([
            line.join(' '),
            'fine',
          ]);
          expect(stderr).not.toMatch(RAW_ERROR);
        }
    },
  );
});
