import type * as z from 'zod';
import { usageError } from './cli-error.ts';

/** Where a page ended, as one word for --after. */
export function writeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws CliError when it is no cursor of this list. */
export function readCursor<T>(cursor: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw usageError(
      '--after takes what the page before printed, nothing else.',
      'Run the list without --after.',
    );
  }
}
