import { closeSync, fstatSync, writeSync } from 'node:fs';
import { CliError } from '../cli-error.ts';
import type { CliOutput } from '../run-pagw.ts';

/** Of a reader that has closed the pipe (`| head`). */
export const READER_GONE = 'READER_GONE';

const CHUNK_BYTES = 64 * 1024;
const PAUSE_MS = 5;

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file may not grow any further',
  EIO: 'the device fails',
};

/**
 * Output to an open file, pipe or device that ends in an error when not every byte was taken. Node's own streams leave
 * the rest of a short write out, and say nothing.
 * @throws CliError from `write`.
 */
export function openOutput(descriptor: number): CliOutput {
  return {
    write: (text) => {
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length; ) {
        const length = Math.min(CHUNK_BYTES, bytes.length - written);
        written += attempt(() => writeSync(descriptor, bytes, written, length));
      }
    },
    // Some file systems say only here that they did not keep what was written.
    close: () => {
      if (fstatSync(descriptor).isFile()) attempt(() => closeSync(descriptor));
    },
  };
}

/** Of what a full pipe cannot take now, 0 is written. */
function attempt<Result>(operation: () => Result): Result | 0 {
  try {
    return operation();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE' || code === 'EOF') throw readerGone(error);
    if (code !== 'EAGAIN') throw notWritten(code, error);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    return 0;
  }
}

function notWritten(code: string, cause: unknown): CliError {
  return new CliError({
    code: 'OUTPUT_FAILED',
    message: `The output cannot be written: ${REASONS[code] ?? code}.`,
    hint: 'What was written is cut off. Make room or write elsewhere, then run the command again.',
    cause,
  });
}

export function readerGone(cause?: unknown): CliError {
  return new CliError({
    code: READER_GONE,
    message: 'The output cannot be written: its reader has closed the pipe.',
    hint: 'What it read is cut off; all of it is in a file: pagw … > FILE.',
    cause,
  });
}
