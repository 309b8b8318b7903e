import { isBlank } from './blank.ts';
import { pointerStep } from './json-pointer.ts';
import { canonicalTimestamp } from './timestamp.ts';

export type StatedFields = Readonly<Record<string, unknown>>;

/** What a producer stated and nobody understands: it counts for nothing. */
export interface NotUnderstood {
  /** JSON pointer into the event. */
  path: string;
  rule: string;
  /** What would be understood; at most 128 characters. */
  meant: string;
}

/** What a field may say, in any of the forms that `read` knows; null is understood, and says nothing. */
export interface Kind<Value> extends Omit<NotUnderstood, 'path'> {
  read: (value: unknown) => Value | null | undefined;
}

/** The value of the first of these names that is stated. */
export interface Find {
  (...names: string[]): unknown;
  /** The same as what `read` makes of it; what it makes nothing of is noted. */
  as: <Value>(kind: Kind<Value>, ...names: string[]) => Value | undefined;
  /** The fields of the object that it is. */
  inside: (...names: string[]) => Find | undefined;
  notes: Notes;
}

/** What comes to light while fields are read. */
export interface Notes {
  notUnderstood: NotUnderstood[];
  /** The names that were looked for, as they are compared; null: nobody wants to know. */
  asked: Set<string> | null;
}

export const noNotes = (): Notes => ({ notUnderstood: [], asked: null });

/** A name as it is compared: by letters and digits alone. */
export function comparedName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/**
 * Reads a field by any of its names, in the first place before the others; names are compared by letters and digits alone.
 */
export function finder(
  notes: Notes,
  ...places: readonly [pointer: string, fields: StatedFields | null][]
): Find {
  const found = new Map<string, { path: () => string; value: unknown }>();
  for (const [pointer, place] of places)
    for (const [name, value] of Object.entries(place ?? {})) {
      const key = comparedName(name);
      if (!isBlank(value) && !found.has(key))
        found.set(key, { path: () => pointer + pointerStep(name), value });
    }
  const first = (names: readonly string[]) => {
    if (notes.asked !== null) for (const name of names) notes.asked.add(name);
    for (const name of names) {
      const one = found.get(name);
      if (one !== undefined) return one;
    }
    return undefined;
  };
  return Object.assign((...names: string[]) => first(names)?.value, {
    as: <Value>({ read, rule, meant }: Kind<Value>, ...names: string[]): Value | undefined => {
      const one = first(names);
      if (one === undefined) return undefined;
      const value = read(one.value);
      if (value === undefined) notes.notUnderstood.push({ path: one.path(), rule, meant });
      return value ?? undefined;
    },
    inside: (...names: string[]) => {
      const one = first(names);
      return one && isFields(one.value) ? finder(notes, [one.path(), one.value]) : undefined;
    },
    notes,
  });
}

/** Of a FHIR Coding, a reference or the like: its code or id. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number') return String(value);
  if (!isFields(value)) return '';
  return textOf(value.code ?? value.id ?? value.value ?? value.kind ?? value.type ?? '');
}

export function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (word === 'true' || word === 'yes' || word === 'y') return true;
  return word === 'false' || word === 'no' || word === 'n' ? false : undefined;
}

export function countOf(value: unknown): number | undefined {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? Math.ceil(count) : undefined;
}

export function instantOf(value: unknown): string | undefined {
  return typeof value === 'string' ? (canonicalTimestamp(value.trim()) ?? undefined) : undefined;
}

export function isFields(value: unknown): value is StatedFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
