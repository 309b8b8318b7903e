import { S3ServiceException } from '@aws-sdk/client-s3';
import { ArchiveDamagedError } from '../archive/archive-damaged-error.ts';
import { DatabaseError } from '../database-error.ts';
import { ArchiveDiffersError } from './archive-piece.ts';

/**
 * True for a fault of the piece or month at hand that says nothing of the next: it would hold up every other one for
 * good. A database or a bucket out of reach is none; a statement that takes too long is.
 */
export function isLocalFault(error: unknown): error is Error {
  if (error instanceof ArchiveDamagedError || error instanceof ArchiveDiffersError) return true;
  if (error instanceof DatabaseError) return !error.retryable || error.kind === 'timeout';
  return error instanceof S3ServiceException && error.$fault === 'client' && error.$retryable === undefined;
}
