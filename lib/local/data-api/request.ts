import type { IncomingMessage } from 'node:http';
import { Catalog } from './columns.ts';
import type { Connections } from './connections.ts';
import { DataApiError } from './data-api-error.ts';
import type { StatementNames } from './run-statement.ts';
import type { Transactions } from './transactions.ts';

/** What the operations of one endpoint share. */
export interface Service {
  readonly connections: Connections;
  readonly transactions: Transactions;
  readonly statementNames: StatementNames;
  readonly catalogs: Map<string, Catalog>;
  readonly defaultDatabase: string;
  readonly callTimeoutMs: number;
}

export function catalogOf(service: Service, database: string): Catalog {
  const known = service.catalogs.get(database);
  if (known !== undefined) return known;
  const catalog = new Catalog();
  service.catalogs.set(database, catalog);
  return catalog;
}

/** The body of any operation; nothing about it is trusted. */
export type WireRequest = Readonly<Record<string, unknown>>;

const CLUSTER_ARN = /^arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:cluster:[A-Za-z0-9-]+$/;
const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+$/;

/** Any cluster and any secret will do, but both must look like ones: a mix-up should show here, not in AWS. */
export function checkTarget(request: WireRequest): void {
  const { resourceArn, secretArn, schema } = request;
  if (typeof resourceArn !== 'string' || !CLUSTER_ARN.test(resourceArn)) {
    throw new DataApiError('BadRequestException', 'resourceArn is not the ARN of an RDS cluster.');
  }
  if (typeof secretArn !== 'string' || !SECRET_ARN.test(secretArn)) {
    throw new DataApiError('BadRequestException', 'secretArn is not the ARN of a Secrets Manager secret.');
  }
  if (schema !== undefined && schema !== null) {
    throw new DataApiError('ValidationException', "The schema parameter isn't supported");
  }
}

export function databaseOf(service: Service, request: WireRequest): string {
  const { database } = request;
  return typeof database === 'string' && database !== '' ? database : service.defaultDatabase;
}

const REQUEST_LIMIT_BYTES = 4 * 1024 * 1024;

/** May be beyond 2^53; a reviver for every body would be slow. */
const BIG_NUMBER = /"longValue"\s*:\s*-?\d{16}/;

/** @throws DataApiError when the body is over the service's limit or no JSON object. */
export async function readJsonBody(request: IncomingMessage): Promise<WireRequest> {
  const text = await readText(request);
  try {
    const body: unknown = BIG_NUMBER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
    if (body !== null && typeof body === 'object' && !Array.isArray(body)) return body as WireRequest;
  } catch {
    // Answered below, like a body of another shape.
  }
  throw new DataApiError('ValidationException', 'The request body must be a JSON object.');
}

/** An int8 keeps all its digits. */
function keepDigits(key: string, value: unknown, { source = '' }: { source?: string } = {}): unknown {
  return key === 'longValue' && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function readText(request: IncomingMessage): Promise<string> {
  return new Promise((settle, fail) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    // An oversize body is read to its end without being kept: the SDKs read no answer before they have sent all.
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= REQUEST_LIMIT_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      if (bytes > REQUEST_LIMIT_BYTES) fail(tooLarge());
      else settle(Buffer.concat(chunks, bytes).toString('utf8'));
    });
    request.on('error', fail);
  });
}

function tooLarge(): DataApiError {
  return new DataApiError('ValidationException', 'The request exceeds the size limit 4 MB.');
}
