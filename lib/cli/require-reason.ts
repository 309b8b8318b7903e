import { usageError } from './cli-error.ts';

/** What an operator gives for a deed by hand. @throws CliError when it is missing or blank. */
export function requireReason(reason: string | undefined): string {
  if (reason?.trim()) return reason.trim();
  throw usageError(
    'Say why with --reason; it is kept with your name.',
    'For example --reason "resubmitted by the provider".',
  );
}
