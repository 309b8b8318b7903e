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
