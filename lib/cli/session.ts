import { setTimeout as sleep } from 'node:timers/promises';
import { commandsToTracker, toTracker } from '../domain/printable-text.ts';
import { CLOCK_SKEW_SECONDS } from '../domain/stated-time.ts';
import { durationText } from '../domain/words.ts';
import { measureSkew } from '../runtime/open-database.ts';
import { cancelled, ExitCode, usageError } from './cli-error.ts';
import { type Connection, chooseConnection } from './connection.ts';
import {
  type GlobalOptions,
  type HonouredOption,
  type NarrowingOption,
  trackerOptions,
} from './global-options.ts';
import { parseWhen } from './moment-text.ts';
import { choosePaint, type Paint } from './output/paint.ts';
import { BYTE_ORDER_MARK, csvLine, jsonChunks, jsonLines } from './output/print-list.ts';
import type { CliIo } from './run-pagw.ts';

const DEFAULT_WIDTH = 100;
const LEAST_WIDTH = 40;
const WRITTEN_TOGETHER = 64 * 1024;

/** One run of a command: its options, its outputs, and the tracker it speaks to. */
export class Session {
  readonly options: GlobalOptions;
  readonly io: CliIo;
  /** For what goes to stdout. */
  readonly paint: Paint;
  /** For what goes to stderr. */
  readonly paintMessage: Paint;
  /** What the verb has found, should its reader leave before all of it is printed. */
  verdict: ExitCode = ExitCode.fine;
  hasPrinted = false;
  /** Done once, before what is printed or said next. */
  beforeOutput: (() => void) | undefined;
  #connection: Connection | undefined;

  constructor(options: GlobalOptions, io: CliIo) {
    this.options = options;
    this.io = io;
    this.paint = choosePaint(options.color, io.stdout, io.env);
    this.paintMessage = choosePaint(options.color, io.stderr, io.env);
  }

  /** Columns of the terminal; undefined when a program reads, which needs whole values. */
  get width(): number | undefined {
    if (this.io.stdout.isTTY !== true) return undefined;
    return Math.max(LEAST_WIDTH, this.io.stdout.columns ?? DEFAULT_WIDTH);
  }

  /** Data. */
  print(text: string): void {
    this.#begin();
    this.hasPrinted = true;
    this.io.stdout.write(text);
  }

  #begin(): void {
    const begin = this.beforeOutput;
    this.beforeOutput = undefined;
    begin?.();
  }

  /** Data of any length: chunks are written together, but never as one text that no memory could hold. */
  printChunks(chunks: Iterable<string>): void {
    let waiting = '';
    for (const chunk of chunks) {
      waiting += chunk;
      if (waiting.length < WRITTEN_TOGETHER) continue;
      this.print(waiting);
      waiting = '';
    }
    if (waiting !== '') this.print(waiting);
  }

  /** One object; a long list in it is written an element at a time. */
  printJson(value: object): void {
    this.printChunks(jsonChunks(value));
  }

  /** An object a line. */
  printJsonLines(values: Iterable<object>): void {
    this.printChunks(jsonLines(values));
  }

  /** @param rows the titles among them. */
  printCsv(rows: Iterable<readonly unknown[]>): void {
    if (this.options.bom === true) this.print(BYTE_ORDER_MARK);
    this.printChunks(csvLines(rows));
  }

  /** What a command did, for programs: people get a sentence. */
  printCounts(counts: object): void {
    if (this.options.output === 'csv') this.printCsv([Object.keys(counts), Object.values(counts)]);
    else if (this.options.output !== 'table') this.printJsonLines([counts]);
  }

  /** A sentence about the data; the commands in it, each in backticks, go to this run's tracker. */
  say(sentence: string): void {
    this.#begin();
    this.io.stderr.write(`${commandsToTracker(sentence, trackerOptions(this.options))}\n`);
  }

  /** A command to print, for this run's tracker. */
  command(text: string): string {
    return toTracker(text, trackerOptions(this.options));
  }

  /** Opens the tracker, once. */
  async connect(): Promise<Connection> {
    this.#connection ??= await agreeOnTime(
      await this.io.openConnection(chooseConnection(this.options, this.io.env)),
      (sentence) => this.say(sentence),
    );
    return this.#connection;
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** --since and --until as moments. */
  window(now: Date): { since: Date | undefined; until: Date | undefined } {
    const { since: from, until: to, time } = this.options;
    const since = from === undefined ? undefined : parseWhen('--since', from, now, time);
    const until = to === undefined ? undefined : parseWhen('--until', to, now, time);
    if (since && until && since >= until)
      throw usageError('--since is not before --until: nothing can match.');
    return { since, until };
  }

  /** Goes on when somebody says yes, or -y did. @throws CliError when nobody does. */
  async confirm(question: string): Promise<void> {
    if (this.options.yes === true) return;
    if (this.io.ask === undefined)
      throw usageError(`${question} Nobody is here to answer.`, 'Add -y to go on without being asked.');
    const answer = await this.io.ask(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw cancelled('Nothing was done.');
  }

  /** @throws CliError when an option was given that the command cannot honour. */
  refuseUnused(
    command: string,
    honoured: readonly HonouredOption[],
    given: readonly NarrowingOption[],
  ): void {
    const unused = given.filter((option) => !honoured.includes(option));
    if (unused.length === 0) return;
    throw usageError(
      `\`pagw ${command}\` does not take ${unused.map((option) => `--${option}`).join(', ')}.`,
      `See \`pagw ${command} --help\`.`,
    );
  }
}

function* csvLines(rows: Iterable<readonly unknown[]>): Generator<string> {
  for (const row of rows) yield csvLine(row);
}

const ASK_EVERY_MS = 60_000;
/** A database that sleeps or is away keeps nothing else waiting. */
const PATIENCE_MS = 3_000;

/**
 * A deployed tracker's time is its database's where this machine's clock differs from that by more than a minute, as it is for
 * the flows. The two are compared at once, and again each minute of whatever runs longer. A local tracker has its clock.
 * @param say called with a sentence, where they differ.
 */
export async function agreeOnTime(
  connection: Connection,
  say: (sentence: string) => void,
): Promise<Connection> {
  if (connection.kind === 'local') return connection;
  let skewMs = 0;
  let askedAt = 0;
  const ask = async () => {
    // Not by the clock in doubt.
    askedAt = performance.now();
    const measured = await Promise.race([
      measureSkew(connection, connection.database('reader')),
      sleep(PATIENCE_MS, undefined, { ref: false }),
    ]).catch(() => undefined);
    if (measured !== undefined) skewMs = Math.abs(measured) > CLOCK_SKEW_SECONDS * 1_000 ? measured : 0;
  };
  await ask();
  if (skewMs !== 0)
    say(
      `This machine's clock is ${durationText(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'} the database's, whose time is used. Set it by NTP.`,
    );
  return {
    ...connection,
    now: () => {
      if (performance.now() - askedAt > ASK_EVERY_MS) void ask();
      return new Date(connection.now().getTime() - skewMs);
    },
  };
}
