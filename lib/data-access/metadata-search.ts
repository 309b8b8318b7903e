import type { EventStatus } from '../domain/tracked-event.ts';
import type { Database } from './database.ts';
import { type Page, type ReportSpan, readBounded, readPosition, spanValues, writePosition } from './page.ts';

/**
 * One condition on a metadata field. A dot in its name may reach into an object (`payer.region`) or belong to the key
 * itself (`http.status_code`): all ways are looked for, unless the key stands in quotes.
 */
export interface MetadataFilter {
  /** Ways to reach the field: keys from the outside in. */
  paths: readonly (readonly string[])[];
  operator: '=' | '>' | '>=' | '<' | '<=';
  /** As typed; `asText` when it was put in quotes. */
  value: string;
  asText: boolean;
}

/** A condition that cannot be read. */
export class MetadataFilterError extends Error {
  override readonly name = 'MetadataFilterError';
}

/** A key in quotes, in which `\"` and `\\` stand for the sign itself, or up to the next sign; each ends before a dot or the operator. */
const QUOTED_NAME = /\s*"((?:\\["\\]|[^"])*)"\s*(?=[.=<>])/y;
const BARE_NAME = /[^.=<>]+(?=[.=<>])/y;
const COMPARISON = /(>=|<=|=|>|<)\s*(.*)/sy;
const MAX_FILTERS = 6;
/** Each is looked up in the index by itself. */
const MAX_ALTERNATIVES = 64;
/** Beyond these many names, a dotted name is read in two ways only: all dots reach inward, or none does. */
const MAX_NAMES_IN_ALL_WAYS = 4;

/**
 * Reads conditions such as `targetSystem=carelon`, `diagnosisCount>10`, `externalId="123"` or `"http.status_code"=500`.
 * @throws MetadataFilterError that names the condition.
 */
export function parseMetadataFilters(conditions: readonly string[]): MetadataFilter[] {
  if (conditions.length > MAX_FILTERS)
    throw new MetadataFilterError(`At most ${MAX_FILTERS} conditions fit in one search.`);
  const filters = conditions.map(parseMetadataFilter);
  const alternatives = equalitiesOf(filters)
    .map((filter) => filter.paths.length * meanings(filter).length)
    .reduce((all, ways) => all * ways, 1);
  if (alternatives > MAX_ALTERNATIVES)
    throw new MetadataFilterError(
      `These conditions can be meant in ${alternatives} ways. Put dotted names in quotes, such as '"http.status_code"=500', or texts: 'id="3"'.`,
    );
  return filters;
}

function parseMetadataFilter(condition: string): MetadataFilter {
  const { names, end } = readNames(condition.trim());
  COMPARISON.lastIndex = end;
  const [, operator = '', stated = ''] = COMPARISON.exec(condition.trim()) ?? [];
  if (operator === '' || names.length === 0)
    throw new MetadataFilterError(
      `"${condition}" is no condition. Write one like targetSystem=carelon or diagnosisCount>10.`,
    );
  const last = names.at(-1);
  if (last !== undefined && !last.quoted && last.text.endsWith('!'))
    throw new MetadataFilterError(
      `"${condition}" compares with !=, which a search cannot; =, >, >=, < and <= it can. Put a name that ends with ! in quotes.`,
    );
  const doubled = /^[=~<>!]+/.exec(stated)?.[0];
  if (doubled !== undefined)
    throw new MetadataFilterError(
      `"${condition}" compares with ${operator}${doubled}, which a search cannot; =, >, >=, < and <= it can. Put a value that begins with ${doubled} in quotes.`,
    );
  const quoted = /^"(.*)"$/s.exec(stated);
  const paths = pathsOf(names);
  const filter = { paths, operator, value: quoted?.[1] ?? stated, asText: quoted !== null } as MetadataFilter;
  if (operator !== '=' && numberOf(filter) === undefined)
    throw new MetadataFilterError(`"${condition}" compares with something that is no number.`);
  return filter;
}

interface Name {
  text: string;
  quoted: boolean;
}

/** The names before the operator, and where that begins; none when one of them is empty. */
function readNames(condition: string): { names: Name[]; end: number } {
  const names: Name[] = [];
  let place = 0;
  for (;;) {
    QUOTED_NAME.lastIndex = BARE_NAME.lastIndex = place;
    const quoted = QUOTED_NAME.exec(condition);
    const [read] = quoted ?? BARE_NAME.exec(condition) ?? [];
    const text = quoted?.[1]?.replace(/\\(["\\])/g, '$1') ?? read?.trimEnd();
    // A key may be empty, but only quotes can say so.
    if (read === undefined || text === undefined || (text === '' && quoted === null))
      return { names: [], end: place };
    names.push({ text, quoted: quoted !== null });
    place += read.length;
    if (condition[place] !== '.') return { names, end: place };
    place += 1;
  }
}

/** Fully nested first. */
function pathsOf(names: readonly Name[]): string[][] {
  const nested = names.map(({ text }) => text);
  const isJoint = (place: number) => names[place - 1]?.quoted === false && names[place]?.quoted === false;
  if (names.length > MAX_NAMES_IN_ALL_WAYS && names.every(({ quoted }) => !quoted))
    return [nested, [nested.join('.')]];
  let paths: string[][] = [[]];
  nested.forEach((name, place) => {
    const apart = paths.map((path) => [...path, name]);
    const joined = paths.map((path) => [...path.slice(0, -1), `${path.at(-1)}.${name}`]);
    paths = isJoint(place) ? [...apart, ...joined] : apart;
  });
  return paths;
}

function equalitiesOf(filters: readonly MetadataFilter[]): readonly MetadataFilter[] {
  return filters.filter(({ operator }) => operator === '=');
}

/**
 * The JSON objects of which metadata must contain one. A producer may write 3 or "3": what looks like a number, true,
 * false or null is looked for both ways, unless it was put in quotes. Null when there is no equality.
 */
function containedObjects(filters: readonly MetadataFilter[]): Record<string, unknown>[] | null {
  const equalities = equalitiesOf(filters);
  if (equalities.length === 0) return null;
  let objects: Record<string, unknown>[] = [{}];
  for (const filter of equalities)
    objects = objects.flatMap((object) =>
      filter.paths.flatMap((path) => meanings(filter).map((value) => withField(object, path, value))),
    );
  return objects;
}

/**
 * The comparisons as one jsonpath, which never aborts a query: what is no number, nor text that reads as one, does not
 * match. Null when there is no comparison.
 */
function comparisonPath(filters: readonly MetadataFilter[]): string | null {
  const comparisons = filters.filter(({ operator }) => operator !== '=');
  if (comparisons.length === 0) return null;
  const predicates = comparisons.map((filter) => {
    const ways = filter.paths.map((path) => {
      const field = path.map((name) => `.${JSON.stringify(name)}`).join('');
      return `@${field}.double() ${filter.operator} ${numberOf(filter)}`;
    });
    return `(${ways.join(' || ')})`;
  });
  return `$ ? (${predicates.join(' && ')})`;
}

function meanings(filter: MetadataFilter): unknown[] {
  const { value, asText } = filter;
  if (asText) return [value];
  const number = numberOf(filter);
  if (number !== undefined) return [number, value];
  if (value === 'true' || value === 'false') return [value === 'true', value];
  return value === 'null' ? [null, value] : [value];
}

function numberOf({ value, asText }: MetadataFilter): number | undefined {
  return !asText && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value))
    ? Number(value)
    : undefined;
}

function withField(
  object: Record<string, unknown>,
  [name = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  if (rest.length === 0) return { ...object, [name]: value };
  const inner = object[name];
  const base =
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? (inner as Record<string, unknown>)
      : {};
  return { ...object, [name]: withField(base, rest, value) };
}

export interface FoundEvent {
  pagwId: string;
  tenant: string;
  sequenceNo: number;
  stage: string;
  eventType: string;
  status: EventStatus;
  durationMs: number | null;
  createdAt: Date;
  /** Null when it is larger than 4 KiB, so that a page holds many; the timeline has it. */
  metadata: Record<string, unknown> | null;
}

export interface MetadataSearch extends ReportSpan {
  now: Date;
  /** All must hold. */
  filters: readonly MetadataFilter[];
  stage?: string | undefined;
  eventType?: string | undefined;
  status?: EventStatus | undefined;
  errorCode?: string | undefined;
  /** Only events that state a duration, of so many milliseconds at least. */
  leastMs?: number | undefined;
  /** Only events of requests still in flight. */
  openOnly?: boolean | undefined;
  /** At most 100. @default 50 */
  limit?: number | undefined;
  after?: string | undefined;
  /** How long to go on while finding little. @default 60 */
  patienceMs?: number | undefined;
}

export interface FoundEvents extends Page<FoundEvent> {
  /** Patience ended here, before the page was full; `next` goes on from it. Null when all was searched or the page is full. */
  searchedBackTo: Date | null;
}

/** The last row has no id and says how far back was searched; null: as far as asked. */
type Row = FoundEvent & { id: number | null; recordedAt: string | null };

const LIST = 'events';
const PATIENCE_MS = 60;

/**
 * Events by their metadata, latest first. Equality is containment, which the GIN index serves (`->>` is not);
 * comparisons never abort on what is no number. Answers within bounded time: a page may be short, even empty, and yet
 * have a next one.
 * @throws PagePositionError
 */
export async function searchMetadata(database: Database, search: MetadataSearch): Promise<FoundEvents> {
  const limit = Math.min(search.limit ?? 50, 100);
  const after = readPosition(LIST, search.after, 'number');
  const contained = containedObjects(search.filters);
  const { rows: found, cut } = await readBounded<Row>(
    database,
    `SELECT
       id, pagw_id, tenant, sequence_no, stage, event_type, status, duration_ms, created_at,
       CASE WHEN octet_length(metadata::text) <= 4096 THEN metadata END AS metadata, recorded_at
     FROM search_events(
       :now::timestamptz, :tenant::text, :since::timestamptz, :until::timestamptz, :stage, :event_type,
       :status::pagw_event_status, :error_code::text, :least_ms::bigint, :open_only, :contained::jsonb[], :compared::jsonpath, :after_at::timestamptz, :after_id::bigint, :limit::int,
       :patience_ms * interval '1 millisecond'
     )`,
    {
      ...spanValues(search),
      now: search.now,
      stage: search.stage ?? null,
      event_type: search.eventType ?? null,
      status: search.status ?? null,
      error_code: search.errorCode ?? null,
      least_ms: search.leastMs ?? null,
      open_only: search.openOnly ?? false,
      contained:
        contained === null ? null : toArrayLiteral(contained.map((object) => JSON.stringify(object))),
      compared: comparisonPath(search.filters),
      after_at: after?.at ?? null,
      after_id: after?.id ?? null,
      limit: limit + 1,
      patience_ms: search.patienceMs ?? PATIENCE_MS,
    },
  );
  const reached = cut ? undefined : found.pop();
  const rows = found.slice(0, limit);
  const end = cut || found.length > limit ? rows.at(-1) : reached;
  return {
    rows: rows.map(({ id: _, recordedAt: __, ...event }) => event),
    next: end?.recordedAt ? writePosition(LIST, { at: end.recordedAt, id: end.id ?? 0 }) : null,
    searchedBackTo: end === reached ? (reached?.createdAt ?? null) : null,
  };
}

/** The Data API has no array parameters; PostgreSQL reads an array from text. */
function toArrayLiteral(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`;
}
