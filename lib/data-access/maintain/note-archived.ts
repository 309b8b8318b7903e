import type { ArchivedContent } from '../archive/archive-contents.ts';
import type { Database } from '../database.ts';

export interface ArchiveObject {
  tenant: string;
  /** `YYYY-MM-DD` */
  receivedOn: string;
  bucket: string;
  key: string;
  bytes: number;
}

/** Requests of an object: noted as archived, changed meanwhile, or not what the database holds. */
export type ArchiveNote = Record<'archived' | 'outpaced' | 'differing', number>;

/** Lets the database compare what an object holds with its own rows, and note what is equal. */
export async function noteArchived(
  database: Database,
  object: ArchiveObject,
  contents: readonly ArchivedContent[],
  now: Date,
): Promise<ArchiveNote> {
  const { rows } = await database.execute<ArchiveNote>(
    'SELECT archived, outpaced, differing FROM note_archived(:object::json, :contents::json, :now::timestamptz)',
    { object: JSON.stringify(object), contents: JSON.stringify(contents), now },
  );
  const [note] = rows;
  if (note === undefined) throw new Error('note_archived answered no row; is the schema current?');
  return note;
}
