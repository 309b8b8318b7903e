import type { Command } from 'commander';
import { afterEach, describe, expect, it } from 'vitest';
import { Cli, honouredBy, pathOf } from '../../lib/cli/cli.ts';
import { chooseConnection } from '../../lib/cli/connection.ts';
import { narrowingOptions } from '../../lib/cli/global-options.ts';
import { openLocalConnection } from '../../lib/cli/local-connection.ts';
import {
  clockText,
  dayText,
  momentText,
  parseAhead,
  parseDuration,
  parseWhen,
} from '../../lib/cli/moment-text.ts';
import { createProgram, examplesOf } from '../../lib/cli/program.ts';
import type { CliIo } from '../../lib/cli/run-pagw.ts';
import { ageText, durationText, instantText, tookText } from '../../lib/domain/words.ts';
import { runCli } from './run-cli.ts';

describe('a command line that makes no sense', () => {
  it.each([
    [['requst'], 'Did you mean request?'],
    [['request', 'shw', 'X'], 'Did you mean show?'],
    [['request', 'show', 'X', '--metdata'], 'Did you mean --metadata?'],
    [['request', 'show'], "Missing required argument 'pagwId'."],
    [['request', 'show', 'X', 'Y'], 'Too many arguments'],
    [['request', 'show', 'X', '--since', '7d'], '`pagw request show` does not take --since.'],
    [['request', 'list', '-o', 'xml'], 'Allowed choices are table, json, jsonl, csv.'],
    [['event', 'send'], "Required option '-f, --file <file>' not specified."],
    [['rejected', 'show', 'first'], 'Give the number that'],
  ])('%j ends with 64 and says what was meant', async (args, sentence) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(sentence);
  });

  it.each([
    [['request', 'show'], 'pagw request show --help'],
    [['request', 'list', '--limit', 'many'], 'pagw request list --help'],
    [['stuck', '--nonsense-of-mine'], 'pagw stuck --help'],
    [['report', 'flow', '--lanes', 'both'], 'pagw report flow --help'],
    [['retry', 'nothing-like-it'], 'pagw retry --help'],
    [['nothing-like-it'], 'pagw --help'],
  ])('%j leads to the help of just that', async (args, help) => {
    const { stderr } = await runCli(args);
    expect(stderr).toContain(`See \`${help}\`.`);
  });

  it('is told as JSON when JSON was asked for', async () => {
    const { stderr } = await runCli(['request', 'list', '--limt', '3', '-o', 'json']);
    expect(JSON.parse(stderr)).toEqual({
      code: 'USAGE',
      message: "Unknown option '--limt'.",
      hint: 'Did you mean --limit?',
      retryable: false,
    });
  });

  it('shows the verbs of a group that was named alone', async () => {
    const { code, stderr } = await runCli(['request']);
    expect(code).toBe(64);
    expect(stderr).toContain('show [options] <pagwId>');
  });
});

describe('help and version', () => {
  it('are data, with exit code 0, and name the global options that a verb honours below it', async () => {
    const { code, stdout, stderr } = await runCli(['request', 'list', '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const option of ['--status', '--tenant', '--since', '--after', '--output', '--stack'])
      expect(stdout).toContain(option);
    expect((await runCli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('the help of each verb', () => {
  const verbsOf = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(verbsOf);
  const program = createProgram(new Cli({ stdout: {}, stderr: {} } as CliIo));
  const verbs = verbsOf(program)
    .filter((verb) => verb.name() !== 'help')
    .map((verb) => [pathOf(verb), verb] as const);

  it.each(verbs)('%s has examples, and every option in them is one that its help shows', (path, verb) => {
    const examples = examplesOf(path);
    expect(examples).not.toEqual([]);
    const help = verb.createHelp();
    const shown = [
      ...help.visibleOptions(verb),
      ...Object.assign(help, verb.configureHelp()).visibleGlobalOptions(verb),
    ];
    const flags = new Set(shown.flatMap(({ short, long }) => [short, long]));
    for (const example of examples) {
      expect(example).toMatch(new RegExp(`pagw ${path}( |$|\\))`));
      for (const flag of example.replaceAll(/'[^']*'/g, '').match(/(?<= )--?[a-z][a-z-]*/g) ?? [])
        expect(flags).toContain(flag);
    }
  });

  it.each(verbs)('%s names no option that it would refuse', async (path) => {
    const { stdout } = await runCli([...path.split(' '), '--help']);
    const honoured: readonly string[] = honouredBy(verbs.find(([name]) => name === path)?.[1] ?? program);
    for (const name of narrowingOptions)
      expect(new RegExp(`^  --${name} `, 'm').test(stdout.split('Global Options:')[1] ?? '')).toBe(
        honoured.includes(name),
      );
    expect(stdout).toContain('Examples:');
  });

  it('shows -y where the verb asks, and nowhere else', async () => {
    const asking: string[] = [];
    for (const [path] of verbs)
      if ((await runCli([...path.split(' '), '--help'])).stdout.includes('--yes')) asking.push(path);
    expect(asking).toEqual([
      ...['request resend', 'request close', 'report cms', 'retry batch', 'retry pause', 'rejected replay'],
      ...['dead-letters redrive', 'archive restore', 'archive release', 'migrate up'],
    ]);
    expect((await runCli(['completion', 'bash', '-y'])).code).toBe(0);
  });
});

describe('an interrupted command', () => {
  it('ends with 130', async () => {
    const interrupted = new AbortController();
    interrupted.abort();
    const { code } = await runCli(['event', 'validate', '-f', '-'], { signal: interrupted.signal });
    expect(code).toBe(130);
  });
});

describe('which tracker is meant', () => {
  it('is decided by --url, then --stack, then PAGW_URL, then PAGW_STACK, then this machine', () => {
    const env = { PAGW_URL: 'http://localhost:4790/x', PAGW_STACK: 'Tracker-prod' };
    const local = (url: string) => ({ kind: 'local', url });
    expect(chooseConnection({ url: 'http://localhost:4800' }, env)).toEqual(local('http://localhost:4800'));
    expect(chooseConnection({ stack: 'Tracker-dev', region: 'us-east-2' }, env)).toEqual({
      kind: 'deployed',
      stack: 'Tracker-dev',
      profile: undefined,
      region: 'us-east-2',
    });
    expect(chooseConnection({}, env)).toEqual(local('http://localhost:4790'));
    expect(chooseConnection({}, { PAGW_STACK: 'Tracker-prod' })).toMatchObject({ stack: 'Tracker-prod' });
    expect(chooseConnection({}, {})).toEqual(local('http://localhost:4780'));
  });

  it.each([
    [{ url: 'http://localhost:4780', stack: 'Tracker-dev' }, 'two different trackers'],
    [{ url: 'localhost:4780' }, '--url takes an address'],
    [{ profile: 'dev' }, 'no stack is named'],
  ])('is asked again for %j', (options, sentence) => {
    expect(() => chooseConnection(options, {})).toThrow(sentence);
  });

  it('is told plainly when nothing answers there', async () => {
    await expect(openLocalConnection('http://127.0.0.1:1')).rejects.toMatchObject({
      code: 'TRACKER_NOT_RUNNING',
      message: 'No event tracker answers at http://127.0.0.1:1.',
      hint: expect.stringContaining('npm start'),
      retryable: true,
    });
  });
});

describe('times on the command line', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  it.each([
    ['15m', '2026-03-01T11:45:00.000Z'],
    ['1h30m', '2026-03-01T10:30:00.000Z'],
    ['7d', '2026-02-22T12:00:00.000Z'],
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T08:00:00+02:00', '2026-01-31T06:00:00.000Z'],
    ['90min', '2026-03-01T10:30:00.000Z'],
    ['2 h 14 m', '2026-03-01T09:46:00.000Z'],
    ['2h14m ago', '2026-03-01T09:46:00.000Z'],
    ['1 day', '2026-02-28T12:00:00.000Z'],
    ['1.5h', '2026-03-01T10:30:00.000Z'],
    ['1y', '2025-03-01T12:00:00.000Z'],
    ['now', '2026-03-01T12:00:00.000Z'],
    ['today', '2026-03-01T00:00:00.000Z'],
    ['yesterday', '2026-02-28T00:00:00.000Z'],
    ['2026-01-31 16:50:07Z', '2026-01-31T16:50:07.000Z'],
    [' 2026-01-31 16:50Z ', '2026-01-31T16:50:00.000Z'],
    ['2026-01-31 08:00:00+00', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31 08:00:00.123456+00', '2026-01-31T08:00:00.123Z'],
    ['2026-01-31T08:00+01', '2026-01-31T07:00:00.000Z'],
    ['2026-01-31T08:00-0130', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31 08:00:00 +0100', '2026-01-31T07:00:00.000Z'],
    ['2026-01-31 08:00:00 UTC', '2026-01-31T08:00:00.000Z'],
    ['03:10Z', '2026-03-01T03:10:00.000Z'],
    ['16:50:07Z', '2026-02-28T16:50:07.000Z'],
    ['00:30+01:00', '2026-02-28T23:30:00.000Z'],
    ['PT15M', '2026-03-01T11:45:00.000Z'],
    ['p1dt2h', '2026-02-28T10:00:00.000Z'],
    ['P1W', '2026-02-22T12:00:00.000Z'],
    ['1H', '2026-03-01T11:00:00.000Z'],
    ['15 MIN', '2026-03-01T11:45:00.000Z'],
    ['2 Days Ago', '2026-02-27T12:00:00.000Z'],
    ['Yesterday', '2026-02-28T00:00:00.000Z'],
    ['2026-01', '2026-01-01T00:00:00.000Z'],
    ['2026-01-31 UTC', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31  08:00:00 utc', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31 16:50:07Z · 29d ago', '2026-01-31T16:50:07.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(parseWhen('--since', text, now).toISOString()).toBe(iso);
  });

  it.each([
    '',
    '7',
    'm',
    '-7d',
    '2026-02-30',
    '2026-01-31T08:00:00',
    '99999999999w',
    '1month',
    '08:00',
    '25:00Z',
    '5 3',
    'tomorrow',
    '15M',
    'P1M',
    'PT',
    '2026-13',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
    expect(() => parseWhen('--since', text, now)).toThrow('--since takes a duration');
  });
});

describe('times that pagw prints', () => {
  const { TZ } = process.env;
  afterEach(() => {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  });

  it.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Auckland'])(
    'are times that it takes, in %s',
    (machineZone) => {
      process.env.TZ = machineZone;
      const now = new Date('2026-12-01T12:00:00Z');
      for (const moment of ['2026-02-28T23:59:07Z', '2026-07-01T00:00:00Z'].map((iso) => new Date(iso))) {
        for (const zone of ['utc', 'local'] as const) {
          expect(parseWhen('--since', momentText(moment, zone), now, zone)).toEqual(moment);
          const day = dayText(moment, zone);
          expect(dayText(parseWhen('--since', day, now, zone), zone)).toBe(day);
          expect(clockText(parseWhen('--since', day, now, zone), zone)).toBe('00:00:00.000');
        }
        expect(parseWhen('--since', instantText(moment, now), now)).toEqual(
          new Date(moment.setUTCSeconds(0)),
        );
      }
      expect(parseDuration(ageText(new Date(now.getTime() - 7_260_000), now).replace(' ago', ''))).toBe(
        7_260,
      );
      expect(parseDuration(tookText(8_040_000))).toBe(8_040);
      expect(parseDuration(durationText(8_040_000))).toBe(8_040);
    },
  );

  it('count days by the calendar where clocks change', () => {
    process.env.TZ = 'America/New_York';
    const ahead = (text: string, now: string) =>
      momentText(parseAhead('--before', text, new Date(now), 'local'), 'local');
    expect(ahead('tomorrow 23:30', '2026-11-01T04:10:00Z')).toBe('2026-11-02 23:30:00-05:00');
    expect(ahead('tomorrow', '2026-03-08T04:30:00Z')).toBe('2026-03-08 00:00:00-05:00');
    expect(ahead('monday 08:00', '2026-03-08T04:30:00Z')).toBe('2026-03-09 08:00:00-04:00');
    expect(ahead('tomorrow', '2028-02-28T12:00:00Z')).toBe('2028-02-29 00:00:00-05:00');
  });

  it('have their zone with them', () => {
    process.env.TZ = 'America/St_Johns';
    expect(momentText(new Date('2026-01-31T14:51:34Z'), 'local')).toBe('2026-01-31 11:21:34-03:30');
    process.env.TZ = 'Asia/Kolkata';
    expect(momentText(new Date('2026-01-31T14:51:34Z'), 'local')).toBe('2026-01-31 20:21:34+05:30');
  });
});
