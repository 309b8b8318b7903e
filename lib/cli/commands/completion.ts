import { Argument, Command } from 'commander';
import type { Cli } from '../cli.ts';
import { completionScript, type Shell, shells } from '../completion-script.ts';

export function completion(cli: Cli): Command {
  return new Command('completion')
    .description('print a script that completes verbs and options: source <(pagw completion bash)')
    .addArgument(new Argument('<shell>', 'whose').choices(shells))
    .action((shell: Shell, _options: object, command: Command) =>
      cli.run(command, [], async (session) => {
        const program = command.parent;
        if (program !== null) session.print(completionScript(shell, program));
        return undefined;
      }),
    );
}
