/** PostgreSQL could not be started; the message says why and where its log is. */
export class PostgresStartError extends Error {
  override readonly name: string = 'PostgresStartError';
}

/** Another program listens on the port. */
export class PortInUseError extends PostgresStartError {
  override readonly name = 'PortInUseError';
  readonly port: number;

  constructor(port: number, options?: ErrorOptions) {
    super(
      `Port ${port} is taken; stop the program that listens on it, or choose another with --port.`,
      options,
    );
    this.port = port;
  }
}

/** Another living process runs a server on the same data directory. */
export class DataDirectoryInUseError extends PostgresStartError {
  override readonly name = 'DataDirectoryInUseError';

  constructor(dataDirectory: string, ownerProcessId: number) {
    super(
      `${dataDirectory} is in use by process ${ownerProcessId}; stop that one, or choose another directory with --data.`,
    );
  }
}
