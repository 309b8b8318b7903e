/** One condition on a metadata field. Nested fields are named with dots: `payer.region`. */
export interface MetadataFilter {
  path: readonly string[];
  operator: '=' | '>' | '>=' | '<' | '<=';
  /** As typed; `asText` when it was put in quotes. */
  value: string;
  asText: boolean;
}

/** A condition that cannot be read. */
export class MetadataFilterError extends Error {
  override readonly name = 'MetadataFilterError';
}

const CONDITION = /^\s*([^=<>]+?)\s*(>=|<=|=|>|<)\s*(.*?)\s*$/s;
const MAX_FILTERS = 6;

/**
 * Reads conditions such as `targetSystem=carelon`, `diagnosisCount>10` or `externalId="123"`.
 * @throws MetadataFilterError that names the condition.
 */
export function parseMetadataFilters(conditions: readonly string[]): MetadataFilter[] {
  if (conditions.length > MAX_FILTERS)
    throw new MetadataFilterError(`At most ${MAX_FILTERS} conditions fit in one search.`);
  return conditions.map(parseMetadataFilter);
}

function parseMetadataFilter(condition: string): MetadataFilter {
  const [, name = '', operator = '', stated = ''] = CONDITION.exec(condition) ?? [];
  const path = name.split('.');
  if (operator === '' || path.includes(''))
    throw new MetadataFilterError(
      `"${condition}" is no condition. Write one like targetSystem=carelon or diagnosisCount>10.`,
    );
  const quoted = /^"(.*)"$/s.exec(stated);
  const filter = { path, operator, value: quoted?.[1] ?? stated, asText: quoted !== null } as MetadataFilter;
  if (operator !== '=' && numberOf(filter) === undefined)
    throw new MetadataFilterError(`"${condition}" compares with something that is no number.`);
  return filter;
}

/**
 * The JSON objects of which metadata must contain one. A producer may write 3 or "3": what looks like a number, true,
 * false or null is looked for both ways, unless it was put in quotes. Null when there is no equality.
 */
export function containedObjects(filters: readonly MetadataFilter[]): Record<string, unknown>[] | null {
  const equalities = filters.filter(({ operator }) => operator === '=');
  if (equalities.length === 0) return null;
  let objects: Record<string, unknown>[] = [{}];
  for (const filter of equalities)
    objects = objects.flatMap((object) =>
      meanings(filter).map((value) => withField(object, filter.path, value)),
    );
  return objects;
}

/**
 * The comparisons as one jsonpath, which never aborts a query: what is no number, nor text that reads as one, does not
 * match. Null when there is no comparison.
 */
export function comparisonPath(filters: readonly MetadataFilter[]): string | null {
  const comparisons = filters.filter(({ operator }) => operator !== '=');
  if (comparisons.length === 0) return null;
  const predicates = comparisons.map((filter) => {
    const field = filter.path.map((name) => `.${JSON.stringify(name)}`).join('');
    return `@${field}.double() ${filter.operator} ${numberOf(filter)}`;
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
