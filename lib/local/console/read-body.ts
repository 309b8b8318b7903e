import type { IncomingMessage } from 'node:http';
import { Duplex, Readable } from 'node:stream';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';

const LARGEST_BODY_BYTES = 10 * 1024 * 1024;
const LARGEST_UPLOAD_BYTES = 10 * LARGEST_BODY_BYTES;

/**
 * Reads a request's body as UTF-8 text, unpacked as `content-encoding` says: gzip (or x-gzip), deflate, br, zstd, in any
 * case, and one in another.
 * @throws RequestError 413 above 10 MB (unpacked), 400 for what is not UTF-8 or not so packed, 415 for other encodings.
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const unpackers = unpackersOf(request.headers['content-encoding'] ?? '');
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of unpackers.reduce<Readable>(through, request) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= LARGEST_BODY_BYTES) chunks.push(chunk);
      // A caller reads no answer before it has sent all, within reason; what unpacks without end is cut off.
      else if (unpackers.length > 0 || bytes > LARGEST_UPLOAD_BYTES) break;
    }
    if (bytes > LARGEST_BODY_BYTES) throw tooLarge();
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError(
      400,
      'UNREADABLE_BODY',
      'The body is not UTF-8 text, or not packed as its content-encoding says.',
    );
  }
}

/** A fault goes on to the end, where it is read; the request itself stays whole, to be answered. */
function through(source: Readable, unpacker: Duplex): Readable {
  source.once('error', (error) => unpacker.destroy(error));
  return source.pipe(unpacker);
}

const UNPACKERS: ReadonlyMap<string, () => Duplex> = new Map<string, () => Duplex>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', inflateEither],
  ['br', createBrotliDecompress],
  ['zstd', createZstdDecompress],
]);
const MOST_CODINGS = 3;
/** The low half of the first byte of zlib's wrapper: its method is deflate. */
const ZLIB_METHOD = 8;

/** Some senders leave zlib's wrapper out of `deflate` (RFC 9110, 8.4.1.2). */
function inflateEither(): Duplex {
  return Duplex.from(async function* (packed: AsyncIterable<Buffer>) {
    const parts = packed[Symbol.asyncIterator]();
    const first = await parts.next();
    if (first.done) return;
    const isWrapped = ((first.value[0] ?? 0) & 0x0f) === ZLIB_METHOD;
    const whole = Readable.from(
      (async function* () {
        yield first.value;
        for (let part = await parts.next(); !part.done; part = await parts.next()) yield part.value;
      })(),
    );
    yield* through(whole, isWrapped ? createInflate() : createInflateRaw());
  });
}

/** Content codings are a list, in the order in which they were applied, and identity is nothing (RFC 9110, 8.4). */
function unpackersOf(codings: string): Duplex[] {
  const names = codings
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  return names.reverse().map((name) => {
    const unpacker = UNPACKERS.get(name);
    if (unpacker === undefined || names.length > MOST_CODINGS)
      throw new RequestError(
        415,
        'UNSUPPORTED_ENCODING',
        `Send the body plain or with content-encoding ${[...UNPACKERS.keys()].join(', ')}.`,
      );
    return unpacker();
  });
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
