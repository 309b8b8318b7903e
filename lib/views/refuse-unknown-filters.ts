import { NONE_STATED } from '../data-access/failures.ts';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import { canonicalStage } from '../domain/event-catalogue.ts';
import type { ViewName } from '../reports/place.ts';
import { readText } from './read-parameters.ts';
import type { ViewQuestion } from './view-page.ts';

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
