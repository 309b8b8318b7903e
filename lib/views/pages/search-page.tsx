import { countEvents } from '../../data-access/query/count-events.ts';
import { listRequests } from '../../data-access/query/list-requests.ts';
import { type MetadataFilter, parseMetadataFilters } from '../../data-access/query/metadata-filter.ts';
import { searchMetadata } from '../../data-access/query/search-metadata.ts';
import { searchRequests } from '../../data-access/query/search-requests.ts';
import { countOpenRequests } from '../../data-access/stuck-alarm/count-watched-requests.ts';
import { eventStatuses } from '../../domain/tracked-event.ts';
import { badFilter, readText, readWord } from '../read-parameters.ts';
import type { ViewParameters } from '../view-context.ts';
import type { ViewPage, ViewQuestion } from '../view-page.ts';
import { readTime, sinceOf } from './report-time.ts';
import { type EventFilter, type Found, SearchResults } from './search-results.tsx';

/** What one page of events holds at most. */
const MOST_EVENTS = 50;

export const searchPage: ViewPage = {
  title: 'Search',
  filters: ['q', 'open', 'stage', 'type', 'status', 'timed', 'time', 'after'],
  show: async (question) => {
    const { parameters, context } = question;
    const query = readText(parameters, 'q') ?? '';
    return <SearchResults data={{ query, found: await find(question, query) }} context={context} />;
  },
};

function find(question: ViewQuestion, query: string): Promise<Found> {
  const { parameters } = question;
  const isCondition = /[=<>]/.test(query);
  const asksForEvents = ['type', 'status', 'stage', 'time'].some(
    (name) => readText(parameters, name) !== null,
  );
  const filter = readEventFilter(parameters);
  const openOnly = readWord(parameters, 'open', ['yes']) !== null;
  if (isCondition || asksForEvents)
    return findEvents(question, filter, isCondition ? parseMetadataFilters(splitConditions(query)) : []);
  return query === '' ? listLatest(question, openOnly) : findRequests(question, query);
}

function readEventFilter(parameters: ViewParameters): EventFilter {
  return {
    stage: readText(parameters, 'stage'),
    type: readText(parameters, 'type'),
    status: readWord(parameters, 'status', eventStatuses),
    timed: readWord(parameters, 'timed', ['yes']),
    time: readTime(parameters, '7d'),
  };
}

async function findEvents(
  { database, parameters, context }: ViewQuestion,
  filter: EventFilter,
  filters: MetadataFilter[],
): Promise<Found> {
  const { tenant, now, limits } = context;
  const wanted = {
    tenant,
    since: sinceOf(filter.time, now),
    stage: filter.stage ?? undefined,
    eventType: filter.type ?? undefined,
    status: filter.status ?? undefined,
    timed: filter.timed !== null,
  };
  const [{ rows, next, searchedBackTo }, total] = await Promise.all([
    searchMetadata(database, {
      ...wanted,
      now,
      filters,
      limit: Math.min(MOST_EVENTS, limits.requests),
      after: readText(parameters, 'after') ?? undefined,
    }),
    // What metadata says is not counted ahead: nothing has that number but reading all of it.
    filters.length === 0 ? countEvents(database, wanted) : null,
  ]);
  return { kind: 'events', filter, events: rows, total, next, searchedBackTo };
}

async function findRequests({ database, parameters, context }: ViewQuestion, word: string): Promise<Found> {
  if (readText(parameters, 'after') !== null)
    throw badFilter('The filter “after” goes on with a list; a search by name has one page.');
  const limit = context.limits.requests;
  const tenant = context.tenant ?? undefined;
  const requests = await searchRequests(database, word, { tenant, limit: limit + 1 });
  return { kind: 'requests', requests: requests.slice(0, limit), more: requests.length > limit };
}

async function listLatest(
  { database, parameters, context }: ViewQuestion,
  openOnly: boolean,
): Promise<Found> {
  const { tenant, limits } = context;
  const [{ rows: requests, next }, total] = await Promise.all([
    listRequests(
      database,
      { tenant: tenant ?? undefined, openOnly },
      Math.min(50, limits.requests),
      readText(parameters, 'after') ?? undefined,
    ),
    openOnly ? countOpenRequests(database, tenant) : null,
  ]);
  return {
    kind: 'latest',
    requests,
    openOnly,
    total,
    next,
  };
}

/** Conditions stand apart by spaces; within quotes a space is part of the value. */
function splitConditions(query: string): string[] {
  return query.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
}
