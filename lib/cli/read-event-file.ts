import { createReadStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type AcceptedEvent, type RejectedEvent, readEventLines } from '../client/read-event-lines.ts';
import { parseJson } from '../domain/json-text.ts';
import type { PhiRules } from '../domain/phi-guard.ts';
import { CliError } from './cli-error.ts';
import type { CliIo } from './run-pagw.ts';

/** A part of a file, judged; `read` counts the lines, or elements of an array, looked at so far. */
export interface EventPart {
  accepted: AcceptedEvent[];
  rejected: RejectedEvent[];
  read: number;
  /** Of the file's bytes, from 0 to 1; null where nobody knows how many there are. */
  share: number | null;
}

const EVENTS_PER_PART = 2_000;

/**
 * Reads newline-delimited JSON in parts, however long it is; a JSON document (one event, or an array) as a whole. Nothing at all
 * is refused as one that holds no event.
 * `-` is stdin, a name that ends in .gz is unpacked.
 * @throws CliError when the file cannot be read or is not UTF-8.
 */
export async function* readEventFile(
  file: string,
  io: CliIo,
  phiGuard?: PhiRules,
): AsyncGenerator<EventPart> {
  const { chunks, share } = file === '-' ? { chunks: io.stdin, share: () => null } : openFile(file);
  const lines = readLines(chunks, file);
  const head: string[] = [];
  let isEventALine = false;
  for await (const line of lines) {
    head.push(line);
    const filled = head.filter((text) => text.trim() !== '');
    if (filled.length < 2) continue;
    isEventALine = isObjectOrArray(filled[0] ?? '');
    break;
  }
  if (!isEventALine) {
    for await (const line of lines) head.push(line);
    const { accepted, rejected } = readEventLines(head.join('\n'), phiGuard);
    const read = Math.max(0, ...[accepted.at(-1)?.line ?? 0, rejected.at(-1)?.line ?? 0]);
    yield { accepted, rejected, read, share: share() };
    return;
  }
  for await (const part of judgeLines(head, lines, phiGuard)) yield { ...part, share: share() };
}

/** The same parts; each is read while the one before is in use. */
export async function* readAhead(parts: AsyncGenerator<EventPart>): AsyncGenerator<EventPart> {
  for (let reading = parts.next(); ; ) {
    const part = await reading;
    if (part.done) return;
    reading = parts.next();
    // What went wrong is told where the part is asked for.
    reading.catch(() => undefined);
    yield part.value;
  }
}

async function* judgeLines(
  head: readonly string[],
  rest: AsyncIterable<string>,
  phiGuard: PhiRules | undefined,
): AsyncGenerator<Omit<EventPart, 'share'>> {
  let read = 0;
  let part: Omit<EventPart, 'share'> = { accepted: [], rejected: [], read };
  const judge = (text: string) => {
    read += 1;
    part.read = read;
    if (text.trim() === '') return;
    const { accepted, rejected } = readEventLines(text, phiGuard);
    for (const event of accepted) part.accepted.push({ ...event, line: read });
    for (const fault of rejected) part.rejected.push({ ...fault, line: read });
  };
  for (const text of head) judge(text);
  for await (const text of rest) {
    judge(text);
    if (part.accepted.length + part.rejected.length < EVENTS_PER_PART) continue;
    yield part;
    part = { accepted: [], rejected: [], read };
  }
  if (part.accepted.length + part.rejected.length > 0) yield part;
}

/** One iterator that several loops may share, each going on where the one before broke off. */
function readLines(chunks: AsyncIterable<Uint8Array>, file: string): AsyncIterable<string> {
  const generator = splitLines(chunks, file);
  return { [Symbol.asyncIterator]: () => ({ next: () => generator.next() }) };
}

async function* splitLines(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  try {
    for await (const chunk of chunks) {
      const parts = decoder.decode(chunk, { stream: true }).split('\n');
      parts[0] = rest + (parts[0] ?? '');
      rest = parts.pop() ?? '';
      yield* parts;
    }
    rest += decoder.decode();
  } catch (cause) {
    throw unreadable(file, cause);
  }
  if (rest !== '') yield rest;
}

function openFile(file: string): { chunks: AsyncIterable<Uint8Array>; share: () => number | null } {
  const stream = createReadStream(file);
  // A pipe has no size.
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return {
    // Errors of either stream reach whoever reads the last one.
    chunks: file.endsWith('.gz') ? pipeline(stream, createGunzip(), () => undefined) : stream,
    share: () => (size === 0 ? null : Math.min(1, stream.bytesRead / size)),
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a directory',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
  Z_DATA_ERROR: 'it is no gzip file, though its name ends in .gz',
  Z_BUF_ERROR: 'it is a gzip file that was cut off',
};

function unreadable(file: string, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = REASONS[code];
  if (reason === undefined) return cause;
  return new CliError({
    code: 'FILE_UNREADABLE',
    message: `${file === '-' ? 'Standard input' : file} cannot be read: ${reason}.`,
    hint: 'Give a file of events with -f: one JSON object a line, a JSON array, or one event; - reads stdin.',
    cause,
  });
}

function isObjectOrArray(text: string): boolean {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null;
}
