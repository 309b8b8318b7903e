const STATUS = {
  AccessDeniedException: 403,
  BadRequestException: 400,
  DatabaseErrorException: 400,
  DatabaseNotFoundException: 404,
  DatabaseUnavailableException: 504,
  ForbiddenException: 403,
  InternalServerErrorException: 500,
  NotFoundException: 404,
  StatementTimeoutException: 400,
  TransactionNotFoundException: 404,
  UnknownOperationException: 404,
  UnsupportedResultException: 400,
  ValidationException: 400,
} as const;

export type DataApiErrorName = keyof typeof STATUS;

/** A refusal as the RDS Data API words it: the SDKs rebuild their typed error from name, status and message. */
export class DataApiError extends Error {
  override readonly name: DataApiErrorName;
  readonly status: number;
  readonly details: Readonly<Record<string, string | number>>;

  constructor(name: DataApiErrorName, message: string, details: Record<string, string | number> = {}) {
    super(message);
    this.name = name;
    this.status = STATUS[name];
    this.details = details;
  }
}

/** What PostgreSQL says of an error; absent fields are undefined. */
interface ServerError {
  severity?: string;
  message: string;
  code?: string;
  detail?: string;
  hint?: string;
  position?: string;
}

const SYNTAX_ERROR = '42601';

/**
 * Words an error as the service does: `ERROR: message`, its detail, hint and position on lines of their own, then
 * `; SQLState: 23505`.
 */
export function toDataApiError(error: unknown): DataApiError {
  if (error instanceof DataApiError) return error;
  const { severity, message, code, detail, hint, position } = error as ServerError;
  if (severity === undefined || code === undefined) {
    // The connection broke under the statement: nobody knows whether it took effect.
    return new DataApiError(
      'DatabaseUnavailableException',
      'Communications link failure: PostgreSQL does not answer.',
    );
  }
  if (code === SYNTAX_ERROR && message.startsWith('cannot insert multiple commands')) {
    return new DataApiError('ValidationException', "Multistatements aren't supported.");
  }
  const lines = [
    `${severity}: ${message}`,
    detail === undefined ? '' : `\n  Detail: ${detail}`,
    hint === undefined ? '' : `\n  Hint: ${hint}`,
    position === undefined ? '' : `\n  Position: ${position}`,
  ];
  return new DataApiError('DatabaseErrorException', `${lines.join('')}; SQLState: ${code}`);
}
