import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { printable } from './printable-text.ts';

// The small build of the schema library says nothing but "Invalid input" until it is given a language.
z.config(en());

/**
 * Reads a setting given as JSON text, all of it optional: blank or absent reads as `{}`.
 * @param name what the setting is called in a sentence, as in `stuck limits`.
 * @throws Error with one sentence that lists every fault by its path.
 */
export function parseSetting<Schema extends z.ZodMiniType>(
  name: string,
  json: string | undefined,
  schema: Schema,
): z.infer<Schema> {
  const parsed = schema.safeParse(json?.trim() ? parseJson(name, json) : {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .flatMap((issue) => within(issue))
    .map(({ path, message }) => `${pathOf(path)}: ${message}`);
  throw new Error(`The ${name} are not valid; correct ${faults.join('; ')}.`);
}

/** Of alternatives the faults within the one that is of the right sort, where there is one: they say which field it is. */
function within(issue: z.core.$ZodIssue): { path: readonly PropertyKey[]; message: string }[] {
  if (issue.code !== 'invalid_union') return [issue];
  const inner = issue.errors.find((faults) => faults.every(({ path }) => path.length > 0));
  if (inner === undefined) return [issue];
  return inner.flatMap(within).map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
}

/** On one line, with blank steps in quotes, where they can be seen. */
function pathOf(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => printable(String(step)));
  return steps.map((step) => (step.trim() === '' ? `"${step}"` : step)).join('.') || 'setting';
}

function parseJson(name: string, json: string): unknown {
  try {
    return JSON.parse(json, (key, value) => {
      if (key === '__proto__')
        throw new Error(`The ${name} are not valid; correct __proto__: is a name that cannot be stated.`);
      return value;
    });
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new Error(`The ${name} are not JSON; send an object, or leave the setting out.`, { cause });
  }
}

/** As the columns have room for. */
export const LONGEST_NAME = 64;

/** Why nothing that is recorded can have this name, as the end of a sentence; null when it can. */
export function nameFault(name: string): string | null {
  if (name.trim() === '') return 'is blank';
  if (name === '*') return "is '*', which is no name";
  if ([...name].length > LONGEST_NAME) return `is longer than ${LONGEST_NAME} characters`;
  return /[\p{C}\p{Zl}\p{Zp}]/u.test(name) ? 'has characters that cannot be seen' : null;
}

type Canonical = (name: string) => string | null;

/**
 * What a setting says by the names of stages, tenants and the like.
 * @param canonical what a name is recorded as, however it is written; by it each is stated once.
 */
export function byName<Value extends z.ZodMiniType>(value: Value, canonical: Canonical) {
  return z.record(z.string(), value).check(
    z.superRefine((stated, context) => {
      const names = Object.keys(stated);
      for (const [place, message] of faultsOf(names, canonical))
        context.addIssue({ code: 'custom', path: [names[place] ?? ''], message });
    }),
  );
}

/** A list of such names. */
export function listOfNames(canonical: Canonical) {
  return z.array(z.string()).check(
    z.superRefine((names, context) => {
      for (const [place, message] of faultsOf(names, canonical))
        context.addIssue({ code: 'custom', path: [place], message });
    }),
  );
}

function faultsOf(names: readonly string[], canonical: Canonical): [place: number, message: string][] {
  const keys = names.map((name) => canonical(name));
  return names.flatMap((name, place): [number, string][] => {
    const first = keys.indexOf(keys[place] ?? null);
    const message =
      nameFault(name) ?? (first < place ? `is there already, as ${JSON.stringify(names[first])}` : null);
    return message === null ? [] : [[place, message]];
  });
}
