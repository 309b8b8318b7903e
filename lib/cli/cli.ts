import type { Command } from 'commander';
import { ExitCode, usageError } from './cli-error.ts';
import { type GlobalOptions, type NarrowingOption, narrowingOptions } from './global-options.ts';
import { refuseImpossible } from './refuse-impossible.ts';
import type { CliIo } from './run-pagw.ts';
import { Session } from './session.ts';

/** Makes one verb. A file in commands/ exports one of these; `program.ts` hangs it into its group. */
export type Verb = (cli: Cli) => Command;

/** What a verb's work answers; nothing means fine. */
export type Outcome = ExitCode | undefined;

/** Runs the verb that the arguments chose, and keeps what it ended with. */
export class Cli {
  readonly io: CliIo;
  exitCode: ExitCode = ExitCode.fine;
  /** Whether Ctrl-C is how the verb ends, and not its failure. */
  endsByInterrupt = false;

  constructor(io: CliIo) {
    this.io = io;
  }

  /** Settles on Ctrl-C, which is then an end as good as any. */
  async untilInterrupted(): Promise<void> {
    this.endsByInterrupt = true;
    const { signal } = this.io;
    if (!signal.aborted)
      await new Promise((settle) => signal.addEventListener('abort', settle, { once: true }));
  }

  /**
   * @param command as commander hands it to an action.
   * @param honours the narrowing options that this verb makes use of.
   */
  async run(
    command: Command,
    honours: readonly NarrowingOption[],
    work: (session: Session) => Promise<Outcome>,
  ): Promise<void> {
    const options = command.optsWithGlobals<GlobalOptions>();
    const session = new Session(options, this.io);
    const own = new Set(command.options.map((option) => option.attributeName()));
    const given = narrowingOptions.filter((name) => options[name] !== undefined && !own.has(name));
    session.refuseUnused(pathOf(command), honours, given);
    if (options.bom === true && options.output !== 'csv')
      throw usageError('--bom is for CSV alone.', 'Add -o csv.');
    refuseImpossible(command);
    try {
      this.exitCode = (await work(session)) ?? ExitCode.fine;
    } finally {
      session.close();
    }
  }
}

/** `request show` */
export function pathOf(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}
