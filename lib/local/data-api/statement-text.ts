import { type BoundNames, bindNames, splitStatements } from '../../data-access/sql-text.ts';
import { DataApiError } from './data-api-error.ts';

/** Applications send the same few texts again and again: lexing each once keeps the hot path to a map look-up. */
const REMEMBERED_TEXTS = 500;
const remembered = new Map<string, BoundNames>();

/** @throws DataApiError when the text holds no statement or more than one. */
export function readStatement(sql: unknown): BoundNames {
  if (typeof sql !== 'string') throw new DataApiError('ValidationException', 'sql must be a text.');
  const known = remembered.get(sql);
  if (known !== undefined) return known;
  if (sql.includes('\0')) throw new DataApiError('ValidationException', 'sql must not contain NUL.');
  const statements = splitStatements(sql);
  if (statements.length > 1)
    throw new DataApiError('ValidationException', "Multistatements aren't supported.");
  const [only] = statements;
  if (only === undefined) throw new DataApiError('ValidationException', 'sql holds no statement.');
  const statement = bindNames(only);
  if (remembered.size >= REMEMBERED_TEXTS) remembered.clear();
  remembered.set(sql, statement);
  return statement;
}
