import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { Cli } from '../../lib/cli/cli.ts';
import { createProgram } from '../../lib/cli/program.ts';
import type { CliIo } from '../../lib/cli/run-pagw.ts';
import {
  groupCommands,
  nextStepOfGroup,
  nextStepOfRequest,
  rejectionCommand,
  requestCommand,
} from '../../lib/domain/next-step.ts';
import { commandsToTracker, toTracker } from '../../lib/domain/printable-text.ts';
import { stuckReasons } from '../../lib/domain/words.ts';

const program = createProgram(new Cli({} as CliIo));

/** docs/cli.md shows patterns; these two name verbs in passing. */
const withoutCommands = ['docs/cli.md', 'docs/decisions.md', 'docs/security.md'];
/** All others that name more than a few. */
const pages = ['README.md', ...globSync('docs/*.md')].filter(
  (page) => !withoutCommands.includes(page) && commandsIn(readFileSync(page, 'utf8')).length > 4,
);

describe.each(pages)('what %s tells an operator to type', (page) => {
  test('is a verb that is there, with options and arguments that it takes', () => {
    const commands = commandsIn(readFileSync(page, 'utf8'));
    expect(commands.length).toBeGreaterThan(4);
    expect(commands.flatMap((text) => faultsOf(text))).toEqual([]);
  });
});

test('a verb, an option or an argument that is wrong would be found', () => {
  expect(faultsOf('report nothing')).toEqual(['report nothing: no such verb']);
  expect(faultsOf('stuck --hope')).toEqual(['stuck --hope: no option --hope']);
  expect(faultsOf('request show')).toEqual(['request show: takes 1 arguments']);
  expect(faultsOf('retry run <pagwId> --reason <text> --stage PARSING')).toEqual([]);
});

describe('what the program itself tells somebody to type', () => {
  test('is, in each sentence of it, a verb that is there, with options that it takes', () => {
    const sentences = globSync('lib/**/*.{ts,tsx}').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/`(?:pagw) ([a-z][^`]*?)\\?`/g)].map(([, text = '']) => text),
    );
    const commands = sentences
      .map((text) => text.replaceAll(/\$\{[^}]*\}/g, 'word').replace(/ [|>] .*/, ''))
      // What stands for any of a kind: the pattern of a verb, a verb named alone.
      .filter((text) => !/…|NAME$|^word|word$/.test(text) && !/ --help$/.test(text));
    expect(commands.length).toBeGreaterThan(40);
    expect(commands.flatMap((text) => faultsOf(text, { named: true }))).toEqual([]);
  });

  const standings = [null, ...stuckReasons].flatMap((stuckReason) =>
    ['STARTED', 'COMPLETED', 'FAILED', 'RETRY_SCHEDULED'].flatMap((mainStatus) =>
      ['API_CONNECTOR', 'PARSING', null].map((mainStage) => ({
        ...{ stuckReason, mainStatus, mainStage },
        ...{ mainAttempt: 1, nextStage: null, completedAt: null, retryWaits: true },
      })),
    ),
  );

  test.each(['PAGW-1', "it's; touch ./pwned", '-x'])('is whole as the next step of request %j', (pagwId) => {
    const commands = standings.flatMap((standing) =>
      [true, false].flatMap((isHeld) => {
        const step = nextStepOfRequest(standing, isHeld);
        return step === null ? [] : [requestCommand(step, pagwId)];
      }),
    );
    expect(new Set(commands).size).toBeGreaterThan(4);
    expect(faultsOfLines(commands)).toEqual([]);
  });

  test('is whole as the next step of a group, of a notification and of a refused message', () => {
    const names = [null, "it's", '-x'];
    const groups = [...stuckReasons].flatMap((reason) =>
      names.flatMap((name) =>
        [true, false].flatMap((isHeld) =>
          groupCommands(nextStepOfGroup({ reason, stage: 'PARSING' }, isHeld), {
            ...{ reason },
            ...{ tenant: name, stage: name ?? 'PARSING', errorCode: name, targetSystem: name },
          }),
        ),
      ),
    );
    const fates = [
      { replayedAt: null, recordedNo: null, refusedAgainId: null },
      { replayedAt: new Date(), recordedNo: null, refusedAgainId: 3 },
      { replayedAt: new Date(), recordedNo: 1, refusedAgainId: null },
    ].map((fate) => rejectionCommand({ ...fate, id: 2, code: 'TENANT_UNKNOWN' }));
    expect(faultsOfLines([...groups, ...fates])).toEqual([]);
  });

  test('goes to the tracker it was said of, and is whole then too', () => {
    const there = "--stack PagwEventTracker-dev --profile 'my own'";
    for (const command of ['pagw request show PAGW-1', 'pagw request show -- -x', 'pagw export > log.xes']) {
      const line = toTracker(command, there);
      expect(line).toMatch(/^pagw (request show|export)( PAGW-1)? --stack PagwEventTracker-dev/);
      expect(faultsOfLines([line.replace(/ > .*/, '')])).toEqual([]);
    }
    expect(commandsToTracker('See `pagw retry pauses`, or `pagw stuck --help`.', '--url http://x:1')).toBe(
      'See `pagw retry pauses --url http://x:1`, or `pagw stuck --help`.',
    );
    expect(commandsToTracker('See `pagw retry pauses`.', '')).toBe('See `pagw retry pauses`.');
  });
});

/** Each command as a shell cuts it into words. */
function faultsOfLines(commands: readonly string[]): string[] {
  const lines = [...new Set(commands)];
  const script = lines.map((line) => `printf '%s\\0' ${line}; printf '\\n\\0'`).join('\n');
  const printed = execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0\n\0');
  return lines.flatMap((line, place) => {
    const [name, ...words] = (printed[place] ?? '').split('\0');
    return name === 'pagw' ? faultsOfWords(words, line) : [`${line}: is none of pagw`];
  });
}

/** In a code span `pagw …`, or behind `npm run -s pagw --`; names in <angle brackets> stand for one word. */
function commandsIn(text: string): string[] {
  const spans = [...text.matchAll(/`(?:npm run -s pagw --|pagw)\s([^`]+)`/g)];
  const lines = [...text.matchAll(/npm run -s pagw -- ([^`\n#]+?)\s*(?:#.*)?$/gm)];
  return [...spans, ...lines].map(([, command = '']) => command.replaceAll(/\s+/g, ' ').trim());
}

/** @param options.named a verb may be named without what it needs. */
function faultsOf(text: string, options: { named?: boolean } = {}): string[] {
  return faultsOfWords(text.replaceAll(/'[^']*'|"[^"]*"|<[^>]*>/g, 'word').split(' '), text, options);
}

function faultsOfWords(given: readonly string[], text: string, { named = false } = {}): string[] {
  const words = [...given];
  let at: Command = program;
  for (let next = verbOf(at, words[0]); next !== undefined; next = verbOf(at, words[0])) {
    at = next;
    words.shift();
  }
  if (at.commands.length > 0) return named && words.length === 0 ? [] : [`${text}: no such verb`];
  // A verb alone is named in passing.
  const isWhole = !named && words.length > 0;
  const faults: string[] = [];
  const operands: string[] = [];
  const stated: string[] = [];
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (word === '--') operands.push(...words.splice(0));
    if (word === '--') break;
    if (!/^--?\w/.test(word)) {
      operands.push(word);
      continue;
    }
    const option = [...at.options, ...program.options].find(
      ({ short, long }) => word === short || word === long,
    );
    if (option === undefined) faults.push(`${text}: no option ${word}`);
    else {
      stated.push(option.attributeName());
      if (option.required) words.shift();
    }
  }
  const needed = at.registeredArguments.filter(({ required }) => required).length;
  const isVariadic = at.registeredArguments.some(({ variadic }) => variadic);
  if (
    (operands.length < needed && !named) ||
    (operands.length > at.registeredArguments.length && !isVariadic)
  )
    faults.push(`${text}: takes ${needed} arguments`);
  for (const option of at.options)
    if (option.mandatory && isWhole && !stated.includes(option.attributeName()))
      faults.push(`${text}: lacks ${option.long}`);
  return faults;
}

function verbOf(command: Command, name: string | undefined): Command | undefined {
  return command.commands.find((verb) => verb.name() === name);
}
