import { pointerStep } from './json-pointer.ts';
import { RememberedTexts } from './remembered-texts.ts';
import { isBlank, isFields, type StatedFields } from './stated-values.ts';

/** What a producer stated and nobody understands: it counts for nothing. */
export interface NotUnderstood {
  /** JSON pointer into the event. */
  path: string;
  rule: string;
  /** What would be understood; at most 128 characters. */
  meant: string;
  /** It is reported, and never a reason to refuse the event. */
  isDoubt?: true;
}

/** What a field may say, in any of the forms that `read` knows; null is understood, and says nothing. */
export interface Kind<Value> extends Omit<NotUnderstood, 'path'> {
  read: (value: unknown) => Value | null | undefined;
}

/** The value of the first of these names that is stated. */
export interface Find<Name extends string = string> {
  (...names: Name[]): unknown;
  /** The same as what `read` makes of it; what it makes nothing of is noted. */
  as: <Value>(kind: Kind<Value>, ...names: Name[]) => Value | undefined;
  /** The fields of the object that it is. */
  inside: (...names: Name[]) => Find | undefined;
  /** Notes what stands under any other name than those that were looked for; `like` narrows. */
  noteOthers: (kind: Omit<NotUnderstood, 'path'>, like?: RegExp) => void;
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
  return compared.get(name) ?? compared.remember(name, name.toLowerCase().replace(/[^a-z0-9]/g, ''));
}

const compared = new RememberedTexts<string>({ longest: 64, most: 2_000 });

interface Found {
  /** Of the object that holds it. */
  pointer: string;
  name: string;
  value: unknown;
}

function pathOf({ pointer, name }: Found): string {
  return pointer + pointerStep(name);
}

/**
 * Reads a field by any of its names, in the first place before the others; names are compared by letters and digits alone.
 */
export function finder(
  notes: Notes,
  ...places: readonly [pointer: string, fields: StatedFields | null][]
): Find {
  const found = new Map<string, Found>();
  for (const [pointer, place] of places)
    for (const [name, value] of Object.entries(place ?? {})) {
      const key = comparedName(name);
      if (!isBlank(value) && !found.has(key)) found.set(key, { pointer, name, value });
    }
  const looked: (readonly string[])[] = [];
  const first = (names: readonly string[]) => {
    looked.push(names);
    if (notes.asked !== null) for (const name of names) notes.asked.add(name);
    for (const name of names) {
      const one = found.get(name);
      if (one !== undefined) return one;
    }
    return undefined;
  };
  return Object.assign((...names: string[]) => first(names)?.value, {
    as: <Value>({ read, ...kind }: Kind<Value>, ...names: string[]): Value | undefined => {
      const one = first(names);
      if (one === undefined) return undefined;
      const value = read(one.value);
      if (value === undefined) notes.notUnderstood.push({ path: pathOf(one), ...kind });
      return value ?? undefined;
    },
    inside: (...names: string[]) => {
      const one = first(names);
      return one && isFields(one.value) ? finder(notes, [pathOf(one), one.value]) : undefined;
    },
    noteOthers: ({ rule, meant }: Omit<NotUnderstood, 'path'>, like = /./) => {
      const known = new Set(looked.flat());
      for (const [name, one] of found)
        if (!known.has(name) && like.test(name)) notes.notUnderstood.push({ path: pathOf(one), rule, meant });
    },
    notes,
  });
}
