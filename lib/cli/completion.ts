import { Argument, type Command, type Option } from 'commander';
import { stages } from '../domain/event-catalogue.ts';
import { type Cli, globalOptionsOf, newVerb } from './cli.ts';

export function completion(cli: Cli): Command {
  return newVerb('completion', [])
    .description('print a script that completes verbs and options: source <(pagw completion bash)')
    .addArgument(new Argument('<shell>', 'whose').choices(shells))
    .action((shell: Shell, _options: object, command: Command) =>
      cli.run(command, async (session) => {
        const program = command.parent;
        if (program !== null) session.print(completionScript(shell, program));
        return undefined;
      }),
    );
}

const shells = ['bash', 'zsh'] as const;
export type Shell = (typeof shells)[number];

/** What may follow a command path: `request show` → its options; `request` → its verbs. */
interface Level {
  path: string;
  words: string[];
}

/** One script for both shells: zsh reads bash's through bashcompinit. */
function completionScript(shell: Shell, program: Command): string {
  const levels = levelsOf(program, '');
  const cases = levels.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`);
  const values = valuesOf(program, '', '*');
  const script = `_pagw() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' word
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case "$path $word" in
${levels
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      '${path.includes(' ') ? path : ` ${path}`}') path='${path}' ;;`)
  .join('\n')}
    esac
  done
  case "$path $previous" in
    *' -f'|*' --file') COMPREPLY=($(compgen -f -- "$current")); return ;;
${values.join('\n')}
    *' --stage') words='${stages.join(' ')}' ;;
    ${valueFlags(program)
      .map((flag) => `*' ${flag}'`)
      .join('|')}) return ;;
  esac
  [ -n "$words" ] || case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _pagw pagw
`;
  return shell === 'bash'
    ? script
    : `autoload -Uz compinit bashcompinit && compinit && bashcompinit\n${script}`;
}

function levelsOf(command: Command, path: string): Level[] {
  const options = [...command.options, ...globalOptionsOf(command)];
  const words = [
    ...command.commands.map((verb) => verb.name()),
    ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    ...options.flatMap(flags),
  ];
  const own: Level = { path, words };
  return [own, ...command.commands.flatMap((verb) => levelsOf(verb, `${path} ${verb.name()}`.trim()))];
}

/** What may follow an option: a verb's may mean something else than another's of the same name. */
function valuesOf(command: Command, path: string, at = path): string[] {
  const own = command.options.flatMap(({ argChoices, short, long }) => {
    const patterns = [short, long]
      .filter(Boolean)
      .map((flag) => (at === '*' ? `*' ${flag}'` : `'${at} ${flag}'`));
    return argChoices === undefined ? [] : [`    ${patterns.join('|')}) words='${argChoices.join(' ')}' ;;`];
  });
  const verbs = command.commands.flatMap((verb) => valuesOf(verb, `${path} ${verb.name()}`.trim()));
  return [...verbs, ...own];
}

/** Whose value cannot be known here, so that nothing is offered in its place. */
function valueFlags(program: Command): string[] {
  const options = optionsBelow(program);
  const taking = options.filter(({ required }) => required).flatMap(flags);
  const bare = new Set(options.filter(({ required }) => !required).flatMap(flags));
  return [...new Set(taking)].filter((flag) => !bare.has(flag));
}

function optionsBelow(command: Command): Option[] {
  return [...command.options, ...command.commands.flatMap(optionsBelow)];
}

function flags({ long }: Option): string[] {
  return long == null ? [] : [long];
}
