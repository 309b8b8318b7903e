import { unwrapCloudEvent } from './cloud-event.ts';
import { canonicalEventType, canonicalStage, eventTypes, stages } from './event-catalogue.ts';
import { eventSchema, requestSchema } from './event-contract.ts';
import { RememberedTexts } from './remembered-texts.ts';
import { comparedName } from './stated-fields.ts';
import { nearestNames } from './typed-text.ts';

/** A name that is taken as it comes, and is near one that is known: misspelt, most likely. Or metadata that nobody understands. */
export interface DoubtfulName {
  /** JSON pointer to what holds it. Nothing that was sent, but the name of a field that is near a known one. */
  path: string;
  /** The known name, or what would be understood. */
  didYouMean: string;
}

/** Anything else is no misspelt name, and might be about a person. */
const isNameLike = /^[A-Za-z_-]{2,40}$/;
const fields = Object.keys(eventSchema.shape);
const isField = new Set(fields);
/** Of `request` and its parts; other spellings are asked for while they are read. */
const fieldsWithin: Readonly<Record<string, readonly string[]>> = {
  request: Object.keys(requestSchema.shape),
  payload: ['bucket', 'key'],
  extension: ['days', 'until', 'by', 'at'],
  appeal: ['receivedAt', 'outcome', 'decidedAt'],
  lines: ['approved', 'modified', 'denied', 'pended'],
};
const isStage = new Set<string>(stages);
/** By place and name: a service that has names of its own sends them with every event. */
const meant = new RememberedTexts<readonly string[]>({ longest: 128, most: 2_000 });

/**
 * What of an event that the contract takes is near a known name without being one: its type, its stage, its fields.
 * @param asked under `request`, the names that were looked for, as they are compared.
 */
export function findDoubtfulNames(sent: unknown, asked: ReadonlySet<string>): DoubtfulName[] {
  const { event } = unwrapCloudEvent(sent);
  if (typeof event !== 'object' || event === null) return [];
  const { eventType, stage } = event as Record<string, unknown>;
  const doubts: DoubtfulName[] = [];
  const doubt = (path: string, name: string, known: Iterable<string>) => {
    if (!isNameLike.test(name)) return;
    const place = `${path} ${name}`;
    const nearest = meant.get(place) ?? meant.remember(place, nearestNames(name, known, 1));
    for (const didYouMean of nearest) doubts.push({ path, didYouMean });
  };
  const type = typeof eventType === 'string' ? canonicalEventType(eventType) : null;
  if (type !== null && !eventTypes.has(type)) doubt('/eventType', type, eventTypes.keys());
  const stated = typeof stage === 'string' ? canonicalStage(stage) : null;
  if (stated !== null && !isStage.has(stated)) doubt('/stage', stated, stages);
  for (const field of Object.keys(event)) if (!isField.has(field)) doubt(`/${field}`, field, fields);
  const { request } = event as Record<string, unknown>;
  if (typeof request !== 'object' || request === null) return doubts;
  const parts: Record<string, unknown> = { request, ...request };
  for (const [part, known] of Object.entries(fieldsWithin)) {
    const held = parts[part];
    if (typeof held !== 'object' || held === null || Array.isArray(held)) continue;
    for (const field of Object.keys(held))
      if (!known.includes(field) && !asked.has(comparedName(field)))
        doubt(`/request${part === 'request' ? '' : `/${part}`}/${field}`, field, known);
  }
  return doubts;
}

/**
 * The known name that stands misspelt where a refusal misses it.
 * @param path of the refusal; one that ends in `*` is of whatever stands there.
 */
export function missedName(path: string, sent: unknown, asked: ReadonlySet<string>): string | undefined {
  const [parent, name] = splitPointer(path);
  return findDoubtfulNames(sent, asked).find(
    (doubt) =>
      doubt.path === path ||
      (splitPointer(doubt.path)[0] === parent && (name === '*' || name === doubt.didYouMean)),
  )?.didYouMean;
}

function splitPointer(path: string): [parent: string, name: string] {
  const end = path.lastIndexOf('/');
  return [path.slice(0, end), path.slice(end + 1)];
}
