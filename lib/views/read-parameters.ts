import type { ViewParameters } from './view-context.ts';
import { ViewError } from './view-error.ts';

const LONGEST = 256;

/** A parameter's text; null when it is absent or blank. @throws ViewError when it is too long to mean anything. */
export function readText(parameters: ViewParameters, name: string): string | null {
  const text = (parameters[name] ?? '').trim();
  if (text.length > LONGEST) {
    throw badFilter(`The filter “${name}” is longer than ${LONGEST} characters.`);
  }
  return text === '' ? null : text;
}

/** One of the words allowed; null when absent. @throws ViewError that lists them. */
export function readWord<Word extends string>(
  parameters: ViewParameters,
  name: string,
  words: readonly Word[],
): Word | null {
  const text = readText(parameters, name);
  if (text === null) return null;
  const word = words.find((known) => known === text);
  if (word === undefined) throw badFilter(`The filter “${name}” is none of ${words.join(', ')}.`);
  return word;
}

export function badFilter(message: string): ViewError {
  return new ViewError(400, 'BAD_FILTER', message, 'Correct the address, or begin again from the overview.');
}
