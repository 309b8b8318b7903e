import type { IncomingMessage } from 'node:http';
import { DataApiError } from './data-api-error.ts';
import type { WireRequest } from './request.ts';

const REQUEST_LIMIT_BYTES = 4 * 1024 * 1024;

/** May be beyond 2^53; a reviver for every body would be slow. */
const BIG_NUMBER = /"longValue"\s*:\s*-?\d{16}/;

/** @throws DataApiError when the body is over the service's limit or no JSON object. */
export async function readBody(request: IncomingMessage): Promise<WireRequest> {
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
