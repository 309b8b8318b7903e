import type { EventInput } from './event-contract.ts';
import { looksLikePhi, namesSomebody } from './phi-guard.ts';

/** Every text of an event but its metadata and its error text, by its pointer. */
const texts: readonly (readonly [string, (event: EventInput) => string | null | undefined])[] = [
  ['/pagwId', (event) => event.pagwId],
  ['/eventId', (event) => event.eventId],
  ['/tenant', (event) => event.tenant],
  ['/stage', (event) => event.stage],
  ['/eventType', (event) => event.eventType],
  ['/errorCode', (event) => event.errorCode],
  ['/externalReference', (event) => event.externalReference],
  ['/workerId', (event) => event.workerId],
  ['/serviceName', (event) => event.serviceName],
  ['/correlationId', (event) => event.correlationId],
  ['/request/type', (event) => event.request?.type],
  ['/request/plan', (event) => event.request?.plan],
  ['/request/delegate', (event) => event.request?.delegate],
  ['/request/payload/bucket', (event) => event.request?.payload?.bucket],
  ['/request/payload/key', (event) => event.request?.payload?.key],
];

/** The pointer of the first field in which something of a person stands; null when there is none. */
export function fieldWithPhi(event: EventInput): string | null {
  for (const [path, read] of texts) {
    const text = read(event);
    if (!text) continue;
    if (looksLikePhi(ids.has(path) ? inLatin(text) : text)) return path;
    if (named.has(path) && namesSomebody(text)) return path;
  }
  return null;
}

/** Words of one's own choice, in which a person may sign or be spoken of; organisations have names of that form, too. */
const named: ReadonlySet<string> = new Set([
  '/stage',
  '/eventType',
  '/errorCode',
  '/workerId',
  '/serviceName',
  '/correlationId',
  '/externalReference',
  '/request/type',
  '/request/payload/key',
]);

/** Made by producers in whatever letters: there a script that is not Latin is no sign of a name. */
const ids: ReadonlySet<string> = new Set(['/pagwId', '/eventId']);

const plain = /^[!-~]*$/;

/** An id without its letters of other scripts; with a blank in it, it is a text like any other. */
function inLatin(id: string): string {
  return plain.test(id) || /\s/.test(id) ? id : id.replace(/(?!\p{Script=Latin})\p{L}\p{M}*/gu, '');
}
