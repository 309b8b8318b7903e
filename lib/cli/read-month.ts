import { usageError } from './cli-error.ts';

/** A month as `YYYY-MM`. @throws CliError for anything else */
export function readMonth(text: string): string {
  if (isMonth(text)) return text;
  throw usageError(`A month is written like 2026-03, not ${text}.`);
}

export function isMonth(text: string): boolean {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}
