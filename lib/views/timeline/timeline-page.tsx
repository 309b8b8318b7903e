import { findRequest } from '../../data-access/query/find-request.ts';
import { latestEvents } from '../../data-access/query/latest-events.ts';
import { retryTiming } from '../../domain/retry-policy.ts';
import { readText } from '../read-parameters.ts';
import { ViewError } from '../view-error.ts';
import type { ViewPage } from '../view-page.ts';
import { Timeline } from './timeline.tsx';

export const timelinePage: ViewPage = {
  title: 'Request',
  filters: ['id'],
  show: async ({ database, parameters, context, rules }) => {
    const id = readText(parameters, 'id');
    if (id === null) {
      throw new ViewError(
        400,
        'ID_MISSING',
        'No request was named.',
        'Search for it by id, reference or metadata.',
      );
    }
    const request = await findRequest(database, id, context.tenant ?? undefined);
    if (request === undefined) {
      throw new ViewError(
        404,
        'REQUEST_UNKNOWN',
        'No request of this id is known here.',
        'Check the id; ids are case-sensitive. A request appears with its first event.',
      );
    }
    const events = await latestEvents(database, request, context.limits.events);
    const maxAttempts = (event: { stage: string; errorCode: string | null }) =>
      retryTiming(event, rules.retryPolicy, 0).maxAttempts;
    return <Timeline data={{ request, events, maxAttempts }} context={context} />;
  },
};
