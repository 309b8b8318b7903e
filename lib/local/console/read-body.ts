import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';

const LARGEST_BODY_BYTES = 10 * 1024 * 1024;
const LARGEST_UPLOAD_BYTES = 10 * LARGEST_BODY_BYTES;

/**
 * Reads a request's body as UTF-8 text; `content-encoding: gzip` (or `x-gzip`, in any case) is understood.
 * @throws RequestError 413 above 10 MB (unpacked), 400 for what is not UTF-8 or not gzip, 415 for other encodings.
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const isPacked = isGzip(request.headers['content-encoding'] ?? '');
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    const stream = isPacked ? request.pipe(createGunzip()) : request;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= LARGEST_BODY_BYTES) chunks.push(chunk);
      // A caller reads no answer before it has sent all, within reason; what unpacks without end is cut off.
      else if (isPacked || bytes > LARGEST_UPLOAD_BYTES) break;
    }
    if (bytes > LARGEST_BODY_BYTES) throw tooLarge();
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(
      400,
      'UNREADABLE_BODY',
      'The body is not UTF-8 text, or not the gzip it claims to be.',
    );
  }
}

/** Content codings are a list, in any case; x-gzip is gzip, and identity nothing (RFC 9110, 8.4.1). */
function isGzip(codings: string): boolean {
  const [coding, ...more] = codings
    .split(',')
    .map((name) =>
      name
        .trim()
        .toLowerCase()
        .replace(/^x-gzip$/, 'gzip'),
    )
    .filter((name) => name !== '' && name !== 'identity');
  if (coding !== undefined && (coding !== 'gzip' || more.length > 0))
    throw new RequestError(415, 'UNSUPPORTED_ENCODING', 'Send the body plain or with content-encoding gzip.');
  return coding === 'gzip';
}

function tooLarge(): RequestError {
  return new RequestError(413, 'BODY_TOO_LARGE', 'The body exceeds 10 MB; send it in several requests.');
}

/** A request that cannot be served, with the sentence to answer. It repeats nothing of the request's content. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
