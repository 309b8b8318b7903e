import { describe, expect, it } from 'vitest';
import { readStartOptions, StartUsageError } from '../../lib/local/start-options.ts';

describe('the arguments of a start', () => {
  it('need not be given', () => {
    const expected = { port: 4780, dataDirectory: '.local', empty: false, demo: true, help: false };
    expect(readStartOptions([])).toEqual(expected);
  });

  it('choose ports, directory, an empty database and no demo', () => {
    expect(readStartOptions(['--port', '4790', '--data=elsewhere', '--empty', '--no-demo'])).toMatchObject({
      port: 4790,
      dataDirectory: 'elsewhere',
      empty: true,
      demo: false,
    });
  });

  it.each([
    [['--port', 'http']],
    [['--port', '0']],
    [['--port', '65533']],
    [['--port', '1e3']],
    [['--data', ' ']],
    [['--data']],
    [['--unknown']],
    [['stray']],
  ])('refuse %j in one sentence or two', (args) => {
    expect(() => readStartOptions(args)).toThrow(StartUsageError);
    expect(() => readStartOptions(args)).toThrow(/^[^\n]+\.$/);
  });
});
