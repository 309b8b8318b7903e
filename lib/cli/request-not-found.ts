import type { Database } from '../data-access/database.ts';
import { unknownRequest } from '../data-access/known-names.ts';
import { CliError, ExitCode } from './cli-error.ts';

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
