import * as z from 'zod/mini';
import { isFreeText, isMachineMade, isSentence } from './free-text.ts';
import { pointerStep } from './json-pointer.ts';
import { isKnownKey, isNoteKey, keyName } from './known-keys.ts';
import { listOfNames, parseSetting } from './parse-setting.ts';
import { nameKind } from './person-names.ts';
import { formsOf, isPackedDocument, mostLayers } from './phi-encodings.ts';
import { type PhiSpan, phiSpans } from './phi-findings.ts';
import { isPhiUnder, isTradeText, type KeyMeaning, keyMeaning, looksLikeName } from './phi-keys.ts';
import { RememberedTexts } from './remembered-texts.ts';
import { plainForm, wordsOf } from './trade-words.ts';

export interface PhiFinding {
  /** JSON pointer from the metadata's root; never a value, nor a key that may be one. */
  path: string;
  /** `free-text` at the strict level only. */
  rule: 'denied-key' | 'value-pattern' | 'free-text';
}

/**
 * `patterns` refuses what names or looks like personal data. `strict` also refuses free text under a key that is not
 * known: a number, a flag, a time, an id or a value as of an enumeration is all that passes there.
 */
export interface PhiRules {
  level: 'strict' | 'patterns';
  /** Keys that a stage knows beside the catalogue, as keyName writes them. */
  knownKeys: ReadonlySet<string>;
}

const rulesSchema = z.strictObject({
  level: z._default(z.enum(['strict', 'patterns']), 'patterns'),
  metadataKeys: z._default(listOfNames(keyName), []),
});

/** Reads `{"level":"strict","metadataKeys":["planTier"]}`, all of it optional. Throws an Error that lists every fault. */
export function parsePhiGuard(json: string | undefined): PhiRules {
  const { level, metadataKeys } = parseSetting('PHI guard settings', json, rulesSchema);
  return { level, knownKeys: new Set(metadataKeys.map(keyName)) };
}

/** Patterns, and no keys beside the catalogue. */
const defaultPhiRules: PhiRules = parsePhiGuard(undefined);

const timeWords = new Set(
  `date dates at on from to start end effective since until version updated created time timestamp expiry expires
  expiration release build schema policy semver`.split(/\s+/),
);
/** Of a provider's own data only these are anybody else's. */
const publicKinds: ReadonlySet<string> = new Set([
  'name',
  'address',
  'phone',
  'postal-code',
  'contact',
  'email',
  'provider',
  'maybe-name',
]);

interface Place {
  path: string;
  value: unknown;
  /** The key above, through arrays. */
  key: string;
  /** Encodings taken off so far. */
  layer: number;
  meaning: KeyMeaning | null;
}

/** The first place in metadata that names or looks like personal data; null when there is none. */
export function findPhi(metadata: unknown, rules: PhiRules = defaultPhiRules): PhiFinding | null {
  return findBelow(metadata, rules, 0);
}

function findBelow(value: unknown, rules: PhiRules, layer: number): PhiFinding | null {
  const open: Place[] = [{ path: '', value, key: '', layer, meaning: null }];
  for (let place = open.shift(); place; place = open.shift()) {
    const { path, value } = place;
    if (typeof value === 'string') {
      const rule = findInText(value, place, open, rules);
      if (rule !== null) return { path, rule };
      continue;
    }
    if (typeof value !== 'object' || value === null) continue;
    if (holdsPhiInPairs(value)) return { path, rule: 'value-pattern' };
    if (Array.isArray(value)) {
      value.forEach((item, position) => {
        open.push({ ...place, path: inside(place, position), value: item });
      });
      continue;
    }
    for (const [key, item] of Object.entries(value)) {
      const below = inside(place, key);
      const meaning = keyMeaning(plainForm(key));
      if (meaning !== null && isPhiUnder(meaning, item) && !isNamedThing(key, item))
        return { path: below, rule: 'denied-key' };
      if (looksLikePhi(key) || namesSomebody(key)) return { path: below, rule: 'value-pattern' };
      open.push({ path: below, value: item, key, layer: place.layer, meaning });
    }
  }
  return null;
}

/** What is called `name` and is made of words of the trade: `{"name":"parse","ms":12}`, a step, a source, a setting. */
function isNamedThing(key: string, value: unknown): boolean {
  if (!/^names?$/i.test(key)) return false;
  return [value]
    .flat()
    .every(
      (one) =>
        typeof one === 'string' && isTradeText(one) && wordsOf(one).every((word) => nameKind(word) === null),
    );
}

const labelKeys = new Set(
  'name key k field path label param parameter attribute attr property column header code type tag id url system'.split(
    ' ',
  ),
);
const valueKeys = new Set(
  'val v text content data valuestring valuedate current actual received got input found from to was now old new before after'.split(
    ' ',
  ),
);

/** A key and its value that stand side by side: `{"name":"dob","value":"…"}`, `["memberId","…"]`. */
function holdsPhiInPairs(value: object): boolean {
  if (Array.isArray(value)) return value.length === 2 && isPhiPair(value[0], value[1]);
  const entries = Object.entries(value);
  if (entries.length > 12) return false;
  if (holdsPhiInColumns(entries)) return true;
  const values = entries.filter(([key]) => valueKeys.has(keyName(key)) || /value$/i.test(key));
  if (values.length === 0) return false;
  const labels = entries.filter(([key]) => labelKeys.has(keyName(key)));
  return labels.some(([, label]) => values.some(([, held]) => isPhiPair(label, held)));
}

/** `{"columns":["LAST_NAME"],"values":["…"]}` */
function holdsPhiInColumns(entries: readonly (readonly [string, unknown])[]): boolean {
  const lists = entries.flatMap(([key, held]) => (Array.isArray(held) ? [{ key, held }] : []));
  const rows = lists.filter(({ key }) =>
    /(?:^|_)(?:values|row|data|record|cells)$|(?:Values|Row|Data)$/.test(key),
  );
  return rows.some(({ held: row }) =>
    lists.some(({ held }) => held !== row && held.some((label, place) => isPhiPair(label, row[place]))),
  );
}

/** Stricter than a key of its own: two names of fields, or a field and what is wrong with it, are no such pair. */
function isPhiPair(label: unknown, held: unknown): boolean {
  if (typeof label !== 'string' || label.length > 120) return false;
  if (typeof held !== 'string' && typeof held !== 'number') return false;
  const meaning = keyMeaning(plainForm(label.replace(/(?:[./]|\[)\d+\]?$/, '').replace(/^.*[./]/, '')));
  if (meaning === null || !isPhiUnder(meaning, held)) return false;
  const text = String(held);
  return /\d/.test(text)
    ? !/^[A-Z]{2,3}\d{0,2}$/.test(text)
    : looksLikeName(text) && !/^[A-Z]{2,4}$/.test(text);
}

/** Whether a text of its own (an id, a code, a name of a service) holds personal data, encoded or not. */
export function looksLikePhi(sent: string): boolean {
  if (clean.get(sent) || drawnId.test(sent)) return false;
  if (!isMachineMade(sent) && holdsPhi(sent, 0)) return true;
  clean.remember(sent, true);
  return false;
}

/** UUIDs and ULIDs: drawn at random, they hold nothing. */
const drawnId = /^(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|0[0-7][\dA-HJKMNP-TV-Z]{24})$/i;

/** Texts found clean; one that holds personal data is never kept. */
const clean = new RememberedTexts<true>({ longest: 128, most: 5_000 });

function holdsPhi(sent: string, layer: number): boolean {
  for (const form of formsOf(sent, layer)) {
    if (form === null || isPackedDocument(form.text)) return true;
    for (const _ of phiSpans(form.text)) return true;
    const json = form.layer < mostLayers ? parseJson(form.text) : undefined;
    if (json !== undefined && findBelow(json, defaultPhiRules, form.layer + 1) !== null) return true;
  }
  return false;
}

function findInText(sent: string, place: Place, open: Place[], rules: PhiRules): PhiFinding['rule'] | null {
  let isDocument = false;
  if (!/^\s*[[{"%&\\]/.test(sent) && !isNoteKey(place.key) && place.layer === 0 && !looksLikePhi(sent))
    return freeTextRule(sent, place, rules);
  for (const form of formsOf(sent, place.layer)) {
    if (form === null || isPackedDocument(form.text)) return 'value-pattern';
    for (const { kind } of phiSpans(form.text))
      if (!isHarmless(kind, form.text, place)) return 'value-pattern';
    if (isNoteKey(place.key) && readsLikeANote(form.text)) return 'value-pattern';
    const json = form.layer < mostLayers ? parseJson(form.text) : undefined;
    if (json === undefined) continue;
    isDocument = true;
    open.push({ ...place, value: json, layer: form.layer + 1 });
  }
  return isDocument ? null : freeTextRule(sent, place, rules);
}

function freeTextRule(sent: string, place: Place, rules: PhiRules): PhiFinding['rule'] | null {
  return rules.level === 'strict' &&
    !(namesProvider(sent, place) || isKnownKey(place.key, rules.knownKeys)) &&
    isFreeText(sent)
    ? 'free-text'
    : null;
}

/** What is public of a provider is its name, not what is said of somebody beside it. */
function namesProvider(text: string, { meaning }: Place): boolean {
  return meaning === 'provider' && !isSentence(text);
}

function isHarmless(kind: string, text: string, place: Place): boolean {
  if (place.meaning === 'provider') return publicKinds.has(kind) && namesProvider(text, place);
  return kind === 'old-date' && wordsOf(place.key).some((word) => timeWords.has(word));
}

/** Two words with capitals, or an initial before one; particles may join them: `Femke de Vries`. */
const unlistedName =
  /(?<![\p{L}\d.])(\p{Lu}(?:\.|['\p{Ll}][\p{L}'-]*)),? (?:(?:[Vv]an|[Vv]on|[Dd]er?|[Dd]en|[Dd]el|[Dd]ella|[Dd]i|[Dd]a|[Dd]os|[Dd]as|[Ll]a|[Ll]e|[Ll]os|[Ee]l|[Aa]l|[Bb]in|[Ii]bn|[Tt]er|[Tt]en|[Zz]u|Mac|Nic|Ó|Ní) ){0,2}(?=(\p{Lu}['\p{Ll}][\p{L}'-]*)(?![\p{L}\d]))/gu;

/** Capitals side by side or at the end, as no name has them: `RabbitMQ`. */
const ofProgram = /\p{Lu}(?:\p{Lu}|$)/u;

/** Whether two words with capitals stand side by side that are none of the trade, on a list of names or not. */
export function namesSomebody(text: string): boolean {
  for (const _ of unlistedNames(text)) return true;
  return false;
}

/** Where they stand. */
export function* unlistedNames(text: string): Generator<PhiSpan> {
  if (!text.includes(' ') || text.search(unlistedName) < 0) return;
  for (const { 0: first, 1: one = '', 2: other = '', index } of text.matchAll(unlistedName))
    if (![one, other].some((word) => isTradeText(word) || ofProgram.test(word)))
      yield { start: index, end: index + first.length + other.length, kind: 'name' };
}

/** What only a person writes, and only in a note: a name that is on no list, a bare phone number or SSN. */
function readsLikeANote(text: string): boolean {
  const plain = text.trim();
  if (namesSomebody(plain)) return true;
  for (const [, name = ''] of plain.matchAll(/(?<=\p{L},? )(\p{Lu}\p{Ll}{2,})(?!\p{L})/gu)) {
    const kind = nameKind(name);
    if (kind?.sure === true && kind.given) return true;
  }
  if (nameKind(plain)?.sure === true && /^\p{Lu}/u.test(plain)) return true;
  return (
    /^(?:age:? \d{1,3}|\d{9}|1?[2-9]\d{2}[2-9]\d{6})$/.test(plain) ||
    (/[\s,]/.test(plain) && looksLikeName(plain))
  );
}

function inside(place: Place, step: string | number): string {
  // Steps into an encoded document are no pointer into what was sent.
  return place.layer === 0 ? place.path + pointerStep(step) : place.path;
}

/** JSON that is an object, an array or a text in quotes; undefined otherwise. */
function parseJson(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'number' || typeof value === 'boolean' || value === null ? undefined : value;
  } catch {
    return undefined;
  }
}
