import { describe, expect, it } from 'vitest';
import { chooseConnection } from '../../lib/cli/connection.ts';
import { openLocalConnection } from '../../lib/cli/local-connection.ts';
import { parseDuration, parseWhen } from '../../lib/cli/parse-when.ts';
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
  it('are data, with exit code 0, and name every global option below each verb', async () => {
    const { code, stdout, stderr } = await runCli(['request', 'list', '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const option of ['--status', '--tenant', '--since', '--after', '--output', '--stack'])
      expect(stdout).toContain(option);
    expect((await runCli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
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
  ])('%s is %s', (text, iso) => {
    expect(parseWhen('--since', text, now).toISOString()).toBe(iso);
  });

  it.each(['', '7', 'm', '-7d', '2026-02-30', '2026-01-31T08:00:00', '99999999999w'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
      expect(() => parseWhen('--since', text, now)).toThrow('--since takes a duration');
    },
  );
});
