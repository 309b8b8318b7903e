import { InvalidArgumentError } from 'commander';
import type { Database } from '../data-access/database.ts';
import { findRejected } from '../data-access/query/find-rejected.ts';
import type { RejectedRow } from '../data-access/query/rejected-message.ts';
import { CliError } from './cli-error.ts';
import { ExitCode } from './exit-code.ts';

/** @throws InvalidArgumentError, which commander tells. */
export function parseRejectedId(text: string): number {
  const id = Number(text);
  if (/^\d{1,15}$/.test(text) && id > 0) return id;
  throw new InvalidArgumentError('Give the number that `pagw rejected list` prints first.');
}

/** @throws CliError when there is none of this id. */
export async function needRejected(database: Database, id: number): Promise<RejectedRow> {
  const row = await findRejected(database, id);
  if (row !== undefined) return row;
  throw new CliError({
    code: 'REJECTED_NOT_FOUND',
    message: `There is no refused event ${id}.`,
    hint: 'See `pagw rejected list`.',
    exitCode: ExitCode.notFound,
  });
}
