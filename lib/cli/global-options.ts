import { type Command, InvalidArgumentError, Option } from 'commander';
import { shellWord } from '../domain/printable-text.ts';
import type { ConnectionOptions } from './connection.ts';

const outputFormats = ['table', 'json', 'jsonl', 'csv'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** What every command understands; given before or after the verb. */
export interface GlobalOptions extends ConnectionOptions {
  output: OutputFormat;
  time: 'utc' | 'local';
  color: 'auto' | 'always' | 'never';
  yes?: boolean;
  tenant?: string;
  since?: string;
  until?: string;
  limit?: number;
  after?: string;
  bom?: boolean;
}

/** Options that only some commands can honour; the others refuse them instead of ignoring them. */
export const narrowingOptions = ['tenant', 'since', 'until', 'limit', 'after'] as const;
export type NarrowingOption = (typeof narrowingOptions)[number];

/** What only some commands make use of; -y is taken by all, for scripts. */
export type HonouredOption = NarrowingOption | 'yes';

const MOST_ROWS = 100_000;

export function addGlobalOptions(program: Command): void {
  program
    .addOption(new Option('-o, --output <format>', 'how to print').choices(outputFormats).default('table'))
    .addOption(
      new Option('--tenant <name>', 'only this tenant').argParser((name) => name.trim().toLowerCase()),
    )
    .option('--since <when>', 'from this time on: 15m, 7d, yesterday, 2026-01-31, or a time with its zone')
    .option('--until <when>', 'before this time')
    .addOption(new Option('--limit <n>', 'at most so many rows').argParser(parseLimit))
    .option('--after <cursor>', 'go on where a page ended')
    .addOption(
      new Option('--time <zone>', 'zone of the times in tables, and of days')
        .choices(['utc', 'local'])
        .default('utc'),
    )
    .addOption(
      new Option('--color <when>', 'colour the output').choices(['auto', 'always', 'never']).default('auto'),
    )
    .option('--bom', 'begin CSV with a byte order mark, from which spreadsheets know that it is UTF-8')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--url <address>', 'the local tracker (http://localhost:4780)')
    .option('--stack <name>', 'the deployed tracker, by its CloudFormation stack')
    .option('--profile <name>', 'AWS profile')
    .option('--region <name>', 'AWS region');
}

/** Whole numbers only; also for options of single commands. */
function parseLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MOST_ROWS) return limit;
  throw new InvalidArgumentError(`Give a whole number from 1 to ${MOST_ROWS}.`);
}

/** The options by which a command of the same shell finds the same tracker; empty: it does without. */
export function trackerOptions({ url, stack, profile, region }: ConnectionOptions): string {
  return Object.entries({ url, stack, profile, region })
    .flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${shellWord(value)}`]))
    .join(' ');
}
