import { globSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { Cli } from '../../lib/cli/cli.ts';
import { createProgram } from '../../lib/cli/program.ts';
import type { CliIo } from '../../lib/cli/run-pagw.ts';

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
    expect(commands.flatMap(faultsOf)).toEqual([]);
  });
});

test('a verb, an option or an argument that is wrong would be found', () => {
  expect(faultsOf('report nothing')).toEqual(['report nothing: no such verb']);
  expect(faultsOf('stuck --hope')).toEqual(['stuck --hope: no option --hope']);
  expect(faultsOf('request show')).toEqual(['request show: takes 1 arguments']);
  expect(faultsOf('retry run <pagwId> --reason <text> --stage PARSING')).toEqual([]);
});

/** In a code span `pagw …`, or behind `npm run -s pagw --`; names in <angle brackets> stand for one word. */
function commandsIn(text: string): string[] {
  const spans = [...text.matchAll(/`(?:npm run -s pagw --|pagw)\s([^`]+)`/g)];
  const lines = [...text.matchAll(/npm run -s pagw -- ([^`\n#]+?)\s*(?:#.*)?$/gm)];
  return [...spans, ...lines].map(([, command = '']) => command.replaceAll(/\s+/g, ' ').trim());
}

function faultsOf(text: string): string[] {
  const words = text.replaceAll(/'[^']*'|<[^>]*>/g, 'word').split(' ');
  let at: Command = program;
  for (let next = verbOf(at, words[0]); next !== undefined; next = verbOf(at, words[0])) {
    at = next;
    words.shift();
  }
  if (at.commands.length > 0) return [`${text}: no such verb`];
  const faults: string[] = [];
  let given = 0;
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (!/^--?\w/.test(word)) {
      given++;
      continue;
    }
    const option = [...at.options, ...program.options].find(
      ({ short, long }) => word === short || word === long,
    );
    if (option === undefined) faults.push(`${text}: no option ${word}`);
    else if (option.required) words.shift();
  }
  const needed = at.registeredArguments.filter(({ required }) => required).length;
  if (given < needed || given > at.registeredArguments.length)
    faults.push(`${text}: takes ${needed} arguments`);
  return faults;
}

function verbOf(command: Command, name: string | undefined): Command | undefined {
  return command.commands.find((verb) => verb.name() === name);
}
