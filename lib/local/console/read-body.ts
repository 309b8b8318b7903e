import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { RequestError } from './request-error.ts';

export const LARGEST_BODY_BYTES = 10 * 1024 * 1024;
const LARGEST_UPLOAD_BYTES = 10 * LARGEST_BODY_BYTES;

/**
 * Reads a request's body as UTF-8 text; `content-encoding: gzip` is understood.
 * @throws RequestError 413 above 10 MB (unpacked), 400 for what is not UTF-8 or not gzip, 415 for other encodings.
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new RequestError(415, 'UNSUPPORTED_ENCODING', 'Send the body plain or with content-encoding gzip.');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    const stream = encoding === 'gzip' ? request.pipe(createGunzip()) : request;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= LARGEST_BODY_BYTES) chunks.push(chunk);
      // A caller reads no answer before it has sent all, within reason; what unpacks without end is cut off.
      else if (encoding === 'gzip' || bytes > LARGEST_UPLOAD_BYTES) break;
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

function tooLarge(): RequestError {
  return new RequestError(413, 'BODY_TOO_LARGE', 'The body exceeds 10 MB; send it in several requests.');
}
