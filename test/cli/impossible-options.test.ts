import { globSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, honouredBy, pathOf } from '../../lib/cli/cli.ts';
import { createProgram } from '../../lib/cli/program.ts';
import { operatorActions } from '../../lib/domain/operator-actions.ts';
import { databaseOfFile, openTestDatabase, type TestDatabase } from '../support/database.ts';
import { recordHistory } from '../support/history.ts';
import { impossiblePositions, impossibleTexts, oddTexts } from '../support/impossible-values.ts';
import { type CliRun, connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-03-01T12:00:00Z');
const db = await databaseOfFile();

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

describe('a name that exists nowhere', () => {
  let tracked: TestDatabase;
  beforeAll(async () => {
    tracked = await openTestDatabase();
    await recordHistory(tracked.database, { pagwId: 'PAGW-1', tenant: 'anthem' }, now, [
      [0, 'DOWNSTREAM_ERROR', { errorCode: 'API_TIMEOUT', metadata: { targetSystem: 'carelon' } }],
    ]);
  });
  afterAll(() => tracked.close());

  /** What an option holds that is no name of anything stored; where words are chosen from, others are refused by each verb. */
  const NO_NAMES =
    /^(yes|file|reason|second|older-than|for|before|days|metadata-key|port|year|since|until|limit|after)$/;
  const FREE_OF_REASON = ['--dry-run'];
  const asked = verbs.flatMap((verb) => {
    const path = pathOf(verb).split(' ');
    const needed = verb.registeredArguments.filter(({ required }) => required);
    const named = (name: string) => (name === 'pagwId' ? 'PAGW-1' : (ARGUMENTS[name] ?? 'X'));
    const begun = (but?: string) => [
      ...path,
      ...wordsOf(verb, but).slice(path.length + verb.registeredArguments.length),
      ...FREE_OF_REASON.filter((option) => verb.options.some(({ long }) => long === option)),
    ];
    const options = [
      ...verb.options.filter(({ required }) => required).map((option) => option.long?.slice(2) ?? ''),
      ...honouredBy(verb),
    ];
    return [
      ...options
        .filter((name) => !NO_NAMES.test(name))
        .map((name) => [
          ...begun(name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())),
          ...(path.join(' ') === 'rejected replay' && name !== 'code' ? ['--code', 'TENANT_MISMATCH'] : []),
          // Only the objects of a month are a tenant's.
          ...(path.join(' ') === 'archive list' ? ['2026-03'] : []),
          ...(/^archive (hold|release)$/.test(path.join(' '))
            ? []
            : needed.map((each) => named(each.name()))),
          `--${name}`,
          'NOWHERE-AT-ALL',
        ]),
      ...verb.registeredArguments.map(() => [...begun(), 'NOWHERE-AT-ALL']),
    ].map((line) => [line.join(' '), line] as const);
  });

  it.each(asked)('is refused by `pagw %s`', async (_line, words) => {
    const options = { connection: connectionTo(tracked, now), answer: 'y', env: { USER: 'ann' } };
    const { code, stdout, stderr } = await runCli(words, options);
    expect([code === 5 || code === 64 ? 'refused' : code, stdout, stderr]).toEqual([
      'refused',
      '',
      expect.stringMatching(/^pagw: .+\n/),
    ]);
    // For the name, not for what else is missing or too much.
    expect(stderr).not.toMatch(/--reason|required option|[Tt]oo many|does not take|Name what/);
  });

  it('is refused whatever was done by hand: the audit keeps no action under another name than these', () => {
    const texts = ['migrations/functions/*.sql', 'lib/**/*.{ts,tsx}'].flatMap((files) =>
      globSync(files).map((file) => readFileSync(file, 'utf8')),
    );
    const kept = texts.flatMap((text) =>
      [...text.matchAll(/(?:record_operator_action\(\s*|action: )'([a-z.-]+\.[a-z]+)'/g)].map(
        ([, name]) => name,
      ),
    );
    expect(kept.length).toBeGreaterThan(10);
    expect([...new Set(kept)].toSorted()).toEqual([...operatorActions]);
  });
});
