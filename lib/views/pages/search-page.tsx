import { listRequests, type RequestPosition } from '../../data-access/query/list-requests.ts';
import { type MetadataFilter, parseMetadataFilters } from '../../data-access/query/metadata-filter.ts';
import { readPosition } from '../../data-access/query/report-page.ts';
import { searchMetadata } from '../../data-access/query/search-metadata.ts';
import { searchRequests } from '../../data-access/query/search-requests.ts';
import { eventStatuses, requestStatuses } from '../../domain/tracked-event.ts';
import { readText, readWord } from '../read-parameters.ts';
import type { ViewPage, ViewQuestion } from '../view-page.ts';
import { SearchResults, type SearchResultsData } from './search-results.tsx';
import { shownTenants } from './shown-tenants.ts';

/** How far back metadata is searched. */
const DAYS = 7;
const DAY_MS = 86_400_000;
/** What one page of events holds at most. */
const MOST_EVENTS = 50;

export const searchPage: ViewPage = {
  title: 'Search',
  show: async (question) => {
    const { parameters, context } = question;
    const query = readText(parameters, 'q') ?? '';
    const type = readText(parameters, 'type');
    const status = readWord(parameters, 'status', eventStatuses);
    const isCondition = /[=<>]/.test(query);
    const found =
      isCondition || type !== null || status !== null
        ? await findEvents(question, isCondition ? parseMetadataFilters(splitConditions(query)) : [])
        : query === ''
          ? await findLatest(question)
          : await findRequests(question, query);
    return <SearchResults data={{ query, type, status, found }} context={context} />;
  },
};

type Found = SearchResultsData['found'];

async function findEvents(
  { database, parameters, context }: ViewQuestion,
  filters: MetadataFilter[],
): Promise<Found> {
  const limit = Math.min(MOST_EVENTS, context.limits.requests);
  const since = new Date(context.now.getTime() - DAYS * DAY_MS);
  const eventType = readText(parameters, 'type') ?? undefined;
  const status = readWord(parameters, 'status', eventStatuses) ?? undefined;
  const { shown, left } = await shownTenants(database, context);
  const pages = await Promise.all(
    shown.map((tenant) =>
      searchMetadata(database, { now: context.now, tenant, since, filters, eventType, status, limit }),
    ),
  );
  const all = pages
    .flatMap(({ rows }) => rows)
    .sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
  const more = all.length > limit || pages.some(({ next }) => next !== null);
  return { kind: 'events', events: all.slice(0, limit), more, tenantsLeft: left, days: DAYS };
}

async function findRequests({ database, context }: ViewQuestion, word: string): Promise<Found> {
  const limit = context.limits.requests;
  const tenant = context.tenant ?? undefined;
  const requests = await searchRequests(database, word, { tenant, limit: limit + 1 });
  return { kind: 'requests', requests: requests.slice(0, limit), more: requests.length > limit };
}

async function findLatest({ database, parameters, context }: ViewQuestion): Promise<Found> {
  const after = readAfter(readText(parameters, 'after'));
  const limit = Math.min(50, context.limits.requests);
  const requestStatus = readWord(parameters, 'request', requestStatuses);
  const openOnly = readWord(parameters, 'open', ['yes']) !== null;
  const { requests, next } = await listRequests(
    database,
    { tenant: context.tenant ?? undefined, status: requestStatus ?? undefined, openOnly },
    limit,
    after,
  );
  return {
    kind: 'latest',
    requests,
    requestStatus,
    openOnly,
    next: next === undefined ? null : `${next.createdAt}~${next.pagwId}`,
  };
}

function readAfter(text: string | null): RequestPosition | undefined {
  const place = readPosition(text ?? undefined);
  return place === undefined ? undefined : { createdAt: place.at, pagwId: place.id };
}

/** Conditions stand apart by spaces; within quotes a space is part of the value. */
function splitConditions(query: string): string[] {
  return query.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
}
