import { setTimeout } from 'node:timers/promises';
import { Command, InvalidArgumentError, type Option } from 'commander';
import { LONGEST_FILTER, textFault } from '../domain/typed-text.ts';
import { durationText } from '../domain/words.ts';
import { ExitCode, toCliError, usageError } from './cli-error.ts';
import {
  type GlobalOptions,
  type HonouredOption,
  narrowingOptions,
  trackerOptions,
} from './global-options.ts';
import type { CliIo } from './run-pagw.ts';
import { Session } from './session.ts';

/** Makes one verb. The file of its noun exports it; `program.ts` hangs it into its group. */
export type Verb = (cli: Cli) => Command;

const honours = new WeakMap<Command, readonly HonouredOption[]>();

/**
 * @param honoured the options of all verbs that this one makes use of: its help shows these, and the other narrowing ones are
 * refused.
 */
export function newVerb(name: string, honoured: readonly HonouredOption[]): Command {
  const verb = new Command(name);
  honours.set(verb, honoured);
  return verb;
}

/** Empty for what is no verb. */
export function honouredBy(command: Command): readonly HonouredOption[] {
  return honours.get(command) ?? [];
}

/** The options of all verbs that are shown of this one: none that it would refuse, and none that it has no use for. */
export function globalOptionsOf(command: Command): Option[] {
  const honoured: readonly string[] = honouredBy(command);
  const chosen: readonly string[] = [...narrowingOptions, 'yes'];
  const options = command.parent === null ? [] : rootOf(command).options;
  return options.filter((option) => {
    const name = option.attributeName();
    return name !== 'version' && (!chosen.includes(name) || honoured.includes(name));
  });
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

const WATCH_SECONDS = 5;
const LONGEST_WATCH_SECONDS = 3_600;
const CLEAR_SCREEN = '\u001b[2J\u001b[H';

interface WatchOption {
  /** Seconds; true: as often as is usual. */
  watch?: number | true;
}

/** For a verb that only reads. */
export function addWatch(command: Command): Command {
  return command.option(
    '--watch [seconds]',
    `look again every ${durationText(WATCH_SECONDS * 1_000)}, or so often, until Ctrl-C`,
    parseWatch,
  );
}

function parseWatch(text: string): number {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds >= 1 && seconds <= LONGEST_WATCH_SECONDS) return seconds;
  throw new InvalidArgumentError(`Give whole seconds from 1 to ${LONGEST_WATCH_SECONDS}.`);
}

/** What a verb's work answers; nothing means fine. */
export type Outcome = ExitCode | undefined;

/** Runs the verb that the arguments chose, and keeps what it ended with. */
export class Cli {
  readonly io: CliIo;
  exitCode: ExitCode = ExitCode.fine;
  /** The options that named the tracker, for the commands that an error tells of. */
  tracker = '';
  /** Whether Ctrl-C is how the verb ends, and not its failure. */
  endsByInterrupt = false;
  #session: Session | undefined;

  constructor(io: CliIo) {
    this.io = io;
  }

  /** Whether some of the verb's data has been written. */
  get hasPrinted(): boolean {
    return this.#session?.hasPrinted === true;
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
   * @param honoured where that depends on the arguments; absent: what the verb honours.
   */
  async run(
    command: Command,
    work: (session: Session) => Promise<Outcome>,
    honoured: readonly HonouredOption[] = honouredBy(command),
  ): Promise<void> {
    const options = command.optsWithGlobals<GlobalOptions>();
    const session = new Session(options, this.io);
    this.#session = session;
    this.tracker = trackerOptions(options);
    const own = new Set(command.options.map((option) => option.attributeName()));
    const given = narrowingOptions.filter((name) => options[name] !== undefined && !own.has(name));
    session.refuseUnused(pathOf(command), honoured, given);
    if (options.bom === true && options.output !== 'csv')
      throw usageError('--bom is for CSV alone.', 'Add -o csv.');
    refuseImpossible(command);
    const { watch } = command.opts<WatchOption>();
    try {
      if (watch !== undefined)
        return await this.#watch(session, watch === true ? WATCH_SECONDS : watch, work);
      this.exitCode = (await work(session)) ?? ExitCode.fine;
    } catch (error) {
      this.exitCode = session.verdict;
      throw error;
    } finally {
      session.close();
    }
  }

  /**
   * Looks again and again until Ctrl-C; what may pass by itself is reported, and waited out. The screen is cleared once there is
   * something to show: what stands there stays while credentials are asked for, and when there is an error.
   */
  async #watch(
    session: Session,
    seconds: number,
    work: (session: Session) => Promise<Outcome>,
  ): Promise<void> {
    const { signal, stdout } = this.io;
    this.endsByInterrupt = true;
    while (!signal.aborted) {
      if (stdout.isTTY === true) session.beforeOutput = () => stdout.write(CLEAR_SCREEN);
      await work(session).catch((error: unknown) => {
        const { message, retryable } = toCliError(error);
        if (!retryable) throw error;
        session.say(message);
      });
      const clock = new Date().toISOString().slice(11, 19);
      session.say(
        session.paintMessage(`${clock}Z · again in ${durationText(seconds * 1_000)} · Ctrl-C ends`, 'dim'),
      );
      // A local tracker's clock may be moved meanwhile, and credentials be renewed.
      session.close();
      await setTimeout(seconds * 1_000, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** `request show` */
export function pathOf(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}

/** What is longer than a filter by nature: where a file or a server is, and why somebody does something. */
const LONGEST: Readonly<Record<string, number>> = { file: 4_096, url: 2_048, reason: 1_000 };

/** @throws CliError for an option or an argument that no command could make sense of. */
function refuseImpossible(command: Command): void {
  for (const [name, value] of Object.entries(command.optsWithGlobals()))
    for (const each of [value].flat())
      if (typeof each === 'string') refuse(`--${kebabCase(name)}`, each, LONGEST[name]);
  const names = command.registeredArguments.map((argument) => argument.name());
  for (const [place, value] of command.args.entries())
    refuse(`<${names[place] ?? names.at(-1) ?? 'argument'}>`, value);
}

function refuse(name: string, value: string, most = LONGEST_FILTER): void {
  const fault = textFault(value, most);
  if (fault !== null) throw usageError(`${name} ${fault}.`);
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
