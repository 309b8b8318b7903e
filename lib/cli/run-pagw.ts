import { type Command, CommanderError } from 'commander';
import { commandsToTracker, printable } from '../domain/printable-text.ts';
import { Cli, pathOf } from './cli.ts';
import { CliError, ExitCode, exitOfSignal, fromCommander, toCliError } from './cli-error.ts';
import type { OpenConnection } from './connection.ts';
import type { OpenConsole } from './console.ts';
import type { StageNeeds } from './doctor/account-limits.ts';
import { READER_GONE } from './output/open-output.ts';
import { choosePaint } from './output/paint.ts';
import { createProgram } from './program.ts';

/** Runs one command line (without the program's name); answers the exit code. Never throws. */
export async function runPagw(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const cli = new Cli(io);
  try {
    const ended = await runCommand(cli, args);
    io.stdout.close?.();
    return ended;
  } catch (error) {
    const failure = toCliError(error);
    printError(failure, args, cli);
    // What was found stands, however little of it somebody wanted to read.
    const found = failure.code === READER_GONE && cli.exitCode !== ExitCode.fine;
    return found ? cli.exitCode : failure.exitCode;
  }
}

async function runCommand(cli: Cli, args: readonly string[]): Promise<ExitCode> {
  const program = createProgram(cli);
  try {
    await Promise.race([program.parseAsync([...args], { from: 'user' }), interruption(cli)]);
    return cli.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return ExitCode.fine;
      // A group without a verb: commander has printed the help.
      if (error.code === 'commander.help') return ExitCode.usage;
      throw fromCommander(error, pathOf(verbOf(program, args)));
    }
    throw error;
  }
}

/** The verb or group that the words name, as far as they do. */
function verbOf(program: Command, args: readonly string[]): Command {
  return args.reduce((at, word) => at.commands.find((command) => command.name() === word) ?? at, program);
}

function interruption(cli: Cli): Promise<never> {
  const { signal } = cli.io;
  return new Promise((_, fail) => {
    const interrupt = () => {
      if (cli.endsByInterrupt) return;
      fail(
        new CliError({
          code: 'INTERRUPTED',
          message: 'Interrupted.',
          hint: cli.hasPrinted ? 'What was written is cut off. Run the command again.' : undefined,
          exitCode: exitOfSignal[signal.reason as keyof typeof exitOfSignal] ?? ExitCode.interrupted,
        }),
      );
    };
    if (signal.aborted) interrupt();
    else signal.addEventListener('abort', interrupt, { once: true });
  });
}

function printError(failure: CliError, args: readonly string[], { io, tracker }: Cli): void {
  const { code, retryable } = failure;
  const message = commandsToTracker(failure.message, tracker);
  const hint = failure.hint && commandsToTracker(failure.hint, tracker);
  if (asksForJson(args)) {
    io.stderr.write(`${JSON.stringify({ code, message, hint: hint ?? null, retryable })}\n`);
    return;
  }
  const paint = choosePaint('auto', io.stderr, io.env);
  io.stderr.write(`${paint('pagw:', 'red')} ${printable(message)}\n`);
  if (hint !== undefined) io.stderr.write(`${paint(printable(hint), 'dim')}\n`);
}

/** Read from the words themselves: what went wrong may be the options. */
function asksForJson(args: readonly string[]): boolean {
  const text = args.join(' ');
  return /(^| )(-o ?|--output[ =])jsonl?( |$)/.test(text);
}

/** Where a command writes: a process's stream, or what a test captures. */
export interface CliOutput {
  write(text: string): unknown;
  /** Called once all is written. */
  close?(): void;
  isTTY?: boolean;
  columns?: number;
}

/** Everything of the outside world that a command touches. */
export interface CliIo {
  stdin: AsyncIterable<Uint8Array>;
  /** Data only. */
  stdout: CliOutput;
  /** Everything that is said about it. */
  stderr: CliOutput;
  env: Readonly<Record<string, string | undefined>>;
  /** Puts a question to somebody; absent when nobody is there to answer. */
  ask?: ((question: string) => Promise<string>) | undefined;
  openConnection: OpenConnection;
  openConsole: OpenConsole;
  /** What the settings of a stage need of its account. @throws Error in one sentence when a setting cannot work. */
  stageNeeds(stage: string): Promise<StageNeeds>;
  /** Aborted by a signal, whose name is the reason, and by Ctrl-C while a question is put. */
  signal: AbortSignal;
}
