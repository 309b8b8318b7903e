import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusePages } from '../foreign-request.ts';
import { PortInUseError } from '../postgres/postgres-cluster.ts';
import { Connections, type PostgresAddress } from './connections.ts';
import { DataApiError } from './data-api-error.ts';
import { OPERATIONS } from './operations.ts';
import { readJsonBody, type Service } from './request.ts';
import { StatementNames } from './run-statement.ts';
import { Transactions } from './transactions.ts';

export interface DataApiOptions {
  /** On 127.0.0.1 only; 0 takes any free one. */
  port: number;
  postgres: PostgresAddress;
  /** For calls that name none. */
  defaultDatabase: string;
  /** Per database; further calls wait for their turn. @default 40 */
  maxConnections?: number;
  /** @default 45 seconds, as the service */
  callTimeoutMs?: number;
  /** How long a transaction may be left alone. @default 3 minutes, as the service */
  transactionIdleMs?: number;
}

export interface DataApiEndpoint {
  readonly port: number;
  /** For the `endpoint` setting of any AWS SDK. */
  readonly url: string;
  /** Rolls open transactions back and settles when all connections are closed. */
  close(): Promise<void>;
}

/**
 * Serves the RDS Data API over a PostgreSQL of our own, for any unmodified AWS SDK. Credentials and signatures are
 * not looked at: it listens on the loopback interface only, and refuses web pages.
 * @throws PortInUseError when the port is taken.
 */
export async function startDataApi(options: DataApiOptions): Promise<DataApiEndpoint> {
  const service: Service = {
    connections: new Connections(options.postgres, options.maxConnections ?? 40),
    transactions: new Transactions(options.transactionIdleMs ?? 180_000),
    statementNames: new StatementNames(),
    catalogs: new Map(),
    defaultDatabase: options.defaultDatabase,
    callTimeoutMs: options.callTimeoutMs ?? 45_000,
  };
  const server = createServer((request, response) => {
    void answer(service, request, response);
  });
  // SDKs keep connections for reuse; closing an idle one just as a call starts would cost a retry.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((settle, fail) => {
    server.once('error', (cause) => fail(new PortInUseError(options.port, { cause })));
    server.listen(options.port, '127.0.0.1', settle);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = new Promise<void>((settle) => server.close(() => settle()));
      server.closeAllConnections();
      service.transactions.closeAll();
      await Promise.all([closed, service.connections.close()]);
    },
  };
}

async function answer(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('x-amzn-requestid', randomUUID());
  try {
    const refusal = refusePages(request);
    if (refusal !== undefined) throw new DataApiError('ForbiddenException', refusal.message);
    const operation = request.method === 'POST' ? OPERATIONS[request.url ?? ''] : undefined;
    if (operation === undefined)
      throw new DataApiError('UnknownOperationException', 'There is no such operation.');
    send(response, 200, await operation(service, await readJsonBody(request)));
  } catch (error) {
    const { name, status, message, details } =
      error instanceof DataApiError
        ? error
        : new DataApiError('InternalServerErrorException', 'The local Data API endpoint failed.');
    response.setHeader('x-amzn-errortype', name);
    send(response, status, JSON.stringify({ message, ...details }));
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
