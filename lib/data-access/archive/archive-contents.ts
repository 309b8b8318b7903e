import { createHash, type Hash } from 'node:crypto';
import { type ArchivedEvent, archivedValue } from './archived-event.ts';

/** What an object holds of one request; the digest is what the database function note_archived() makes of its rows. */
export interface ArchivedContent {
  pagwId: string;
  events: number;
  lastSequenceNo: number;
  digest: string;
}

/** Sums up events, which come request by request, each in the order of its numbers. */
export function archiveContents(events: readonly ArchivedEvent[]): ArchivedContent[] {
  const contents = new Map<string, ArchivedContent & { hash: Hash }>();
  for (const event of events) {
    const pagwId = String(archivedValue(event, 'pagw_id'));
    const content = contents.get(pagwId) ?? {
      pagwId,
      events: 0,
      lastSequenceNo: 0,
      digest: '',
      hash: createHash('sha256'),
    };
    contents.set(pagwId, content);
    content.hash.update(`${content.events === 0 ? '' : '\n'}${jsonArray(event)}`);
    content.events += 1;
    content.lastSequenceNo = Number(archivedValue(event, 'sequence_no'));
  }
  return [...contents.values()].map(({ hash, ...content }) => ({ ...content, digest: hash.digest('hex') }));
}

/** As PostgreSQL's json_build_array writes it. */
function jsonArray(event: ArchivedEvent): string {
  return `[${event.map((value) => JSON.stringify(value)).join(', ')}]`;
}
