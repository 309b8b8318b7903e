import { CommanderError } from 'commander';
import { SendInterruptedError } from '../client/send-events.ts';
import type { Database } from '../data-access/database.ts';
import {
  accessFaultOf,
  DatabaseError,
  type DatabaseErrorKind,
  hasSqlState,
  isOfAnotherSchema,
  missingRightOf,
} from '../data-access/database-error.ts';
import { UnknownNameError, unknownRequest } from '../data-access/known-names.ts';
import { MetadataFilterError } from '../data-access/metadata-search.ts';
import { PagePositionError } from '../data-access/page.ts';

/** What the process ends with; scripts rely on it. */
export const ExitCode = {
  fine: 0,
  failure: 1,
  cancelled: 2,
  notAuthorised: 4,
  notFound: 5,
  /** A check found what it looks for. */
  conditionFound: 10,
  usage: 64,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What ends a command before its time: Ctrl-C, a terminal that is closed, whoever stops processes. */
export const exitOfSignal = {
  SIGINT: ExitCode.interrupted,
  SIGHUP: ExitCode.hungUp,
  SIGTERM: ExitCode.terminated,
} as const;

export interface CliErrorDetails {
  /** `REQUEST_NOT_FOUND`: stable, for scripts. */
  code: string;
  /** What is wrong, in one sentence. */
  message: string;
  /** What to do next. */
  hint?: string | undefined;
  /** True when the same command may succeed later. */
  retryable?: boolean;
  exitCode?: ExitCode;
  cause?: unknown;
}

/** An end of a command, with the sentence for its user. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly exitCode: ExitCode;

  constructor({
    code,
    message,
    hint,
    retryable = false,
    exitCode = ExitCode.failure,
    cause,
  }: CliErrorDetails) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
    this.retryable = retryable;
    this.exitCode = exitCode;
  }
}

export function usageError(message: string, hint?: string): CliError {
  return new CliError({ code: 'USAGE', message, hint, exitCode: ExitCode.usage });
}

export function cancelled(message: string): CliError {
  return new CliError({ code: 'CANCELLED', message, exitCode: ExitCode.cancelled });
}

const OUT_OF_REACH = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNRESET|EHOSTUNREACH|TimeoutError/;

/** Puts any failure into a sentence and a next step. Error texts of services that may hold row values stay out. */
export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof CommanderError) return fromCommander(error);
  if (error instanceof PagePositionError)
    return usageError(
      '--after takes what the page before printed, nothing else.',
      'Run the list without --after.',
    );
  if (error instanceof UnknownNameError)
    return new CliError({
      code: error.code,
      message: error.message,
      hint: error.hint,
      exitCode: ExitCode.notFound,
    });
  if (error instanceof MetadataFilterError) return usageError(error.message);
  const names = [...namesOf(error)].join(' ');
  const accessFault = accessFaultOf(error);
  if (accessFault !== undefined) {
    const by = hasSqlState(error, '42501')
      ? 'SQLSTATE 42501'
      : (missingRightOf(error) ?? nameOf(rootOf(error)));
    return accessFault === 'not-signed-in'
      ? notAuthorised('AWS has no valid credentials from here', by, error)
      : notAuthorised('This login may not do that', by, error);
  }
  if (error instanceof SendInterruptedError) {
    return new CliError({
      code: 'QUEUE_UNAVAILABLE',
      message: error.message,
      hint: 'Events that have an eventId are recorded once, however often they are sent.',
      retryable: true,
      cause: error,
    });
  }
  // By its name: its class would load the archive with every command.
  if (error instanceof Error && error.name === 'ArchiveDamagedError')
    return new CliError({
      code: 'ARCHIVE_DAMAGED',
      message: error.message,
      hint: 'The bucket keeps earlier versions of its objects: put the right one back, then run the command again.',
      cause: error,
    });
  if (error instanceof DatabaseError) return fromDatabase(error, names);
  if (OUT_OF_REACH.test(names)) {
    return new CliError({
      code: 'NO_ANSWER',
      message: `The service gave no answer (${nameOf(error)}).`,
      hint: 'Check the network, the region, or that the local stack still runs; then run the command again.',
      retryable: true,
      cause: error,
    });
  }
  if (/Throttl|TooManyRequests/.test(names))
    return new CliError({
      code: 'THROTTLED',
      message: `AWS takes no more calls for the moment (${nameOf(error)}).`,
      hint: 'Run the command again in a moment.',
      retryable: true,
      cause: error,
    });
  return new CliError({
    code: 'FAILED',
    message: error instanceof Error && error.message !== '' ? error.message : 'The command failed.',
    cause: error,
  });
}

const AGAIN = 'Run the command again in a moment; `pagw doctor` checks further.';
const HINTS: Partial<Record<DatabaseErrorKind, string>> = {
  ...{ resuming: AGAIN, timeout: AGAIN, unavailable: AGAIN },
  misuse: '`pagw doctor` checks further.',
};

function fromDatabase(error: DatabaseError, names: string): CliError {
  if (isOfAnotherSchema(error)) {
    return new CliError({
      code: 'NOT_MIGRATED',
      message: 'The database lacks what this version needs.',
      hint: 'See what is missing with `pagw migrate status`; apply it with `pagw migrate up`.',
      cause: error,
    });
  }
  const stopped = error.kind === 'unavailable' && OUT_OF_REACH.test(names);
  return new CliError({
    code: `DATABASE_${error.kind.toUpperCase()}`,
    message: stopped ? 'The database gives no answer.' : error.message,
    hint: HINTS[error.kind],
    retryable: error.retryable,
    cause: error,
  });
}

function notAuthorised(refused: string, by: string, cause: unknown): CliError {
  return new CliError({
    code: 'NOT_AUTHORISED',
    message: `${refused} (${by}).`,
    hint: 'Sign in with an AWS profile that may (`--profile NAME`, `aws sso login`): one with the tracker’s policy `…-look`, or `…-operate` to act.',
    exitCode: ExitCode.notAuthorised,
    cause,
  });
}

const LONGEST_SENTENCE = 300;

/** @param path of the verb or group that refused, such as `request list`. */
export function fromCommander({ message }: CommanderError, path = ''): CliError {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  // Commander repeats what was given, however long, between the option and its rule.
  const words =
    first.length > LONGEST_SENTENCE
      ? `${first.slice(0, LONGEST_SENTENCE / 3)}…${first.slice((-2 * LONGEST_SENTENCE) / 3)}`
      : first;
  const sentence = `${words.slice(0, 1).toUpperCase()}${words.slice(1).replace(/\.$/, '')}.`;
  const suggestion = rest.join(' ').replace(/^\((.*)\)$/, '$1');
  return usageError(sentence, suggestion || `See \`pagw ${path}${path === '' ? '' : ' '}--help\`.`);
}

/** Names and codes of an error, of its causes, and of what an AggregateError holds. */
function* namesOf(error: unknown, depth = 0): Generator<string> {
  if (!(error instanceof Error) || depth > 5) return;
  yield error.name;
  if ('code' in error && typeof error.code === 'string') yield error.code;
  if (error instanceof AggregateError) for (const inner of error.errors) yield* namesOf(inner, depth + 1);
  yield* namesOf(error.cause, depth + 1);
}

function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? rootOf(error.cause) : error;
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Says which ids may have been meant. */
export async function requestNotFound(
  database: Database,
  pagwId: string,
  tenant?: string,
): Promise<CliError> {
  const { hint } = await unknownRequest(database, pagwId, tenant);
  return new CliError({
    code: 'REQUEST_NOT_FOUND',
    message: `There is no request ${pagwId}${tenant === undefined ? '' : ` of ${tenant}`}.`,
    hint,
    exitCode: ExitCode.notFound,
  });
}
