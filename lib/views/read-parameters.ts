import { NONE_STATED } from '../data-access/failures.ts';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import { canonicalStage } from '../domain/event-catalogue.ts';
import { printable } from '../domain/printable-text.ts';
import { textFault } from '../domain/typed-text.ts';
import type { ViewName } from '../reports/report.ts';
import { ViewError, type ViewParameters, type ViewQuestion } from './view-page.ts';

/** Refuses what no filter can mean, also of those that this question does not come to. @throws ViewError */
export function refuseImpossibleFilters(parameters: ViewParameters, filters: readonly string[]): void {
  for (const name of filters) readText(parameters, name);
}

/** A parameter's text; null when it is absent or blank. @throws ViewError when it can match nothing that is stored. */
export function readText(parameters: ViewParameters, name: string): string | null {
  const text = (parameters[name] ?? '').trim();
  const fault = textFault(text);
  if (fault !== null) throw badFilter(`The filter “${name}” ${fault}.`);
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

/** The parameters of an address. @throws ViewError for those that the view does not have, twice the same, and broken text. */
export function readQuery(query: string, known: readonly string[]): ViewParameters {
  const read = readFields(query);
  for (const name of Object.keys(read))
    if (!known.includes(name))
      throw badFilter(`This view has the filters ${known.join(', ')}, and no other.`);
  refuseImpossibleFilters(read, known);
  return read;
}

/** The fields of an address or a form. @throws ViewError for twice the same, and broken text. */
export function readFields(encoded: string): ViewParameters {
  if (!isDecodable(encoded))
    throw badFilter('The address holds a % that does not begin an encoded character; write it as %25.');
  const parameters = new URLSearchParams(encoded);
  for (const name of new Set(parameters.keys()))
    if (parameters.getAll(name).length > 1)
      throw badFilter(`The filter “${printable(name)}” is given more than once.`);
  return Object.fromEntries(parameters);
}

/** URLSearchParams reads broken escapes as something that nobody wrote. */
function isDecodable(query: string): boolean {
  try {
    decodeURIComponent(query);
    return true;
  } catch {
    return false;
  }
}

export function badFilter(message: string): ViewError {
  return new ViewError(400, 'BAD_FILTER', message, 'Correct the address, or begin again from the overview.');
}

/** Refuses names that a view's filters hold and nothing was ever recorded of; `-` is the lack of one. @throws UnknownNameError */
export async function refuseUnknownFilters(
  view: ViewName,
  { database, parameters, context: { tenant } }: Pick<ViewQuestion, 'database' | 'parameters' | 'context'>,
): Promise<void> {
  const text = (name: string) => {
    const stated = readText(parameters, name);
    return stated === NONE_STATED ? null : stated;
  };
  await refuseUnknownNames(database, {
    tenant,
    stage: canonicalStage(text('stage')),
    errorCode: text('error'),
    downstream: text('target'),
    requestType: view === 'flow' ? text('type') : null,
    rejectionCode: text('code'),
  });
}
