import { RDSDataServiceException } from '@aws-sdk/client-rds-data';

/** The SQLSTATE codes this project decides by. */
export const SqlState = {
  uniqueViolation: '23505',
  checkViolation: '23514',
  foreignKeyViolation: '23503',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  lockNotAvailable: '55P03',
  undefinedTable: '42P01',
  undefinedColumn: '42703',
  undefinedFunction: '42883',
  undefinedObject: '42704',
  duplicateTable: '42P07',
  duplicateObject: '42710',
  invalidFunctionDefinition: '42P13',
  invalidTableDefinition: '42P16',
  internalError: 'XX000',
} as const;

/**
 * - `refused`: PostgreSQL refused the statement (`sqlState` says why); the same statement will be refused again,
 *   but for classes 40, 53, 55 and 57, which are `unavailable`.
 * - `resuming`: the cluster sleeps and is waking.
 * - `timeout`: the statement ran into the Data API's 45 s; it may still finish.
 * - `unavailable`: nobody answered, or asked to come back later; the same call may succeed.
 * - `misuse`: the Data API itself refused the call (limits, credentials, two statements).
 */
export type DatabaseErrorKind = 'refused' | 'resuming' | 'timeout' | 'unavailable' | 'misuse';

/** What went wrong between a statement and PostgreSQL; the SDK's own error is its `cause`. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly kind: DatabaseErrorKind;
  readonly sqlState: string | undefined;

  constructor(message: string, kind: DatabaseErrorKind, sqlState: string | undefined, cause: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.sqlState = sqlState;
  }

  /** True when the same call may succeed later without any change. */
  get retryable(): boolean {
    return this.kind !== 'refused' && this.kind !== 'misuse';
  }
}

/** SQLSTATE classes 22 and 23. Any other refusal would meet the next call just as well. */
export function blamesTheData(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && /^2[23]/.test(error.sqlState ?? '');
}

const NOT_SIGNED_IN =
  /CredentialsProvider|TokenProviderError|ExpiredToken|RequestExpired|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignature/;
const NOT_ALLOWED = /AccessDenied|Forbidden/;
/** In whatever error a service says it: the Data API answers BadRequestException where the caller may not read the secret. */
const MISSING_RIGHT = /is not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)/;

/** Whether AWS refused a call for who made it, however deep the error lies. */
export function accessFaultOf(error: unknown): 'not-signed-in' | 'not-allowed' | undefined {
  const text = chainOf(error)
    .map(({ name }) => name)
    .join(' ');
  if (NOT_SIGNED_IN.test(text)) return 'not-signed-in';
  const isRefused = NOT_ALLOWED.test(text) || hasSqlState(error, '42501') || missingRightOf(error) !== null;
  return isRefused ? 'not-allowed' : undefined;
}

/** The right that AWS says the caller lacks, such as `secretsmanager:GetSecretValue`. */
export function missingRightOf(error: unknown): string | null {
  for (const { message } of chainOf(error)) {
    const [, right] = MISSING_RIGHT.exec(message) ?? [];
    if (right !== undefined) return right;
  }
  return null;
}

function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  return chain;
}

/** Whether a statement names a table, column, function or type that the database lacks: its schema is of another version. */
export function isOfAnotherSchema(error: DatabaseError): boolean {
  const { undefinedTable, undefinedColumn, undefinedFunction, undefinedObject } = SqlState;
  return [undefinedTable, undefinedColumn, undefinedFunction, undefinedObject].some(
    (state) => state === error.sqlState,
  );
}

/** True when PostgreSQL answered with this SQLSTATE. */
export function hasSqlState(error: unknown, sqlState: string): boolean {
  return error instanceof DatabaseError && error.sqlState === sqlState;
}

export function toDatabaseError(cause: unknown): DatabaseError {
  if (cause instanceof DatabaseError) return cause;
  if (!(cause instanceof RDSDataServiceException)) {
    const name = cause instanceof Error ? cause.name : 'unknown error';
    return new DatabaseError(`The Data API gave no answer (${name}).`, 'unavailable', undefined, cause);
  }
  const sqlState = /SQLState:\s*([0-9A-Z]{5})/.exec(cause.message)?.[1];
  const kind = kindOf(cause, sqlState);
  return new DatabaseError(firstLine(cause.message) || cause.name, kind, sqlState, cause);
}

function kindOf(cause: RDSDataServiceException, sqlState: string | undefined): DatabaseErrorKind {
  switch (cause.name) {
    case 'DatabaseResumingException':
      return 'resuming';
    case 'StatementTimeoutException':
      return 'timeout';
    case 'TransactionNotFoundException':
      return 'misuse';
  }
  if (sqlState !== undefined) return /^(40|53|55|57|58)/.test(sqlState) ? 'unavailable' : 'refused';
  const status = cause.$metadata.httpStatusCode ?? 0;
  return cause.$retryable !== undefined || status >= 500 || status === 429 ? 'unavailable' : 'misuse';
}

/** PostgreSQL puts row values into DETAIL and CONTEXT lines; only the first line is kept. */
function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
