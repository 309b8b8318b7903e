import { ExitCode } from './exit-code.ts';

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

/** An end of a command that its user is told about. */
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
