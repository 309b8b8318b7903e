import { droppedMonthsText } from '../../data-access/archive.ts';
import type { Database } from '../../data-access/database.ts';
import { countEvents, hoursOfLongEvents } from '../../data-access/event-reports.ts';
import { refuseUnknownNames } from '../../data-access/known-names.ts';
import { type FoundEvent, searchMetadata } from '../../data-access/metadata-search.ts';
import { countRequests, listRequests, searchRequests } from '../../data-access/requests.ts';
import { countOpenRequests } from '../../data-access/stuck-alarm.ts';
import { canonicalEventType, canonicalStage } from '../../domain/event-catalogue.ts';
import { type EventStatus, eventStatuses } from '../../domain/tracked-event.ts';
import { requestNamed } from '../../domain/typed-text.ts';
import { tookText } from '../../domain/words.ts';
import {
  isCondition,
  oneMeaning,
  readSearchWords,
  type SearchWords,
  search,
  splitConditions,
} from '../../reports/search.ts';
import { DataText, StatusMark } from '../parts/data-text.tsx';
import { NextPage, Total } from '../parts/links.tsx';
import { Caution, DroppedCaution, Empty } from '../parts/notice.tsx';
import { ReportTable } from '../parts/report-table.tsx';
import { Instant } from '../parts/time-text.tsx';
import { badFilter, readText, readWord } from '../read-parameters.ts';
import type { ViewContext, ViewPage, ViewParameters, ViewQuestion } from '../view-page.ts';
import {
  pageQuestion,
  type ReportTime,
  readTime,
  reportTimes,
  sinceOf,
  TimeChoices,
  timeText,
} from './report-time.tsx';
import { type RequestInList, RequestList } from './request-list.tsx';

/** What one page of events holds at most. */
const MOST_EVENTS = 50;

export const searchPage: ViewPage = {
  title: 'Search',
  filters: ['q', 'open', 'received', 'stage', 'type', 'status', 'timed', 'least', 'time', 'after'],
  show: async (question) => {
    const { parameters, context } = question;
    const query = readText(parameters, 'q') ?? '';
    return <SearchResults data={{ query, found: await find(question, query) }} context={context} />;
  },
  leadsTo: async ({ database, parameters, context }) => {
    const query = readText(parameters, 'q') ?? '';
    if (query === '' || isCondition(query) || Object.keys(parameters).some((name) => !LEADING.has(name)))
      return null;
    const word = requestNamed(query);
    const tenant = context.tenant ?? undefined;
    const [first] = await searchRequests(database, word, { tenant, limit: 1 });
    if (first?.pagwId.toUpperCase() !== word.toUpperCase()) return null;
    return { view: 'request', parameters: { id: first.pagwId, tenant: context.tenant } };
  },
};

/** A question of these alone may lead to a request. */
const LEADING: ReadonlySet<string> = new Set(['q', 'tenant']);

function find(question: ViewQuestion, query: string): Promise<Found> {
  const { parameters } = question;
  const words = readSearchWords(isCondition(query) ? splitConditions(query) : []);
  const namesEvents = [words.status, words.stage, words.type, words.errorCode].some(
    (field) => field !== null,
  );
  const asksForEvents = ['type', 'status', 'stage', 'least', 'time'].some(
    (name) => readText(parameters, name) !== null,
  );
  const filter = readEventFilter(parameters);
  const openOnly = readWord(parameters, 'open', ['yes']) !== null || words.openOnly;
  const findsEvents = namesEvents || asksForEvents || words.filters.length > 0;
  if (!findsEvents && (query === '' || isCondition(query)))
    return listLatest(question, { ...words, openOnly });
  if (readText(parameters, 'received') !== null)
    throw badFilter('The filter “received” is of the list of requests; a search has none.');
  return findsEvents
    ? findEvents(question, filter, { ...words, openOnly })
    : findRequests(question, requestNamed(query));
}

function readEventFilter(parameters: ViewParameters): EventFilter {
  return {
    stage: readText(parameters, 'stage'),
    type: readText(parameters, 'type'),
    status: readWord(parameters, 'status', eventStatuses),
    timed: readWord(parameters, 'timed', ['yes']),
    least: readLeast(parameters),
    time: readTime(parameters, '7d'),
  };
}

/** @throws ViewError */
function readLeast(parameters: ViewParameters): string | null {
  const least = readText(parameters, 'least');
  if (least !== null && !/^\d{1,10}$/.test(least))
    throw badFilter('The filter “least” is how long an event took at least, in milliseconds.');
  return least;
}

async function findEvents(
  { database, parameters, context }: ViewQuestion,
  filter: EventFilter,
  words: SearchWords,
): Promise<Found> {
  const { now, limits } = context;
  const { filters, openOnly } = words;
  const tenant = oneMeaning('tenant', words.tenant, context.tenant);
  const stage = oneMeaning('stage', words.stage, canonicalStage(filter.stage));
  const type = oneMeaning('type', words.type, canonicalEventType(filter.type));
  const status = oneMeaning('status', words.status, filter.status);
  const errorCode = words.errorCode;
  await refuseUnknownNames(database, { tenant, stage, eventType: type, errorCode });
  const leastMs = filter.least === null ? null : Number(filter.least);
  const span = { tenant, since: sinceOf(filter.time, now) };
  const wanted = {
    ...span,
    stage: stage ?? undefined,
    eventType: type ?? undefined,
    status: status ?? undefined,
    timed: filter.timed !== null,
  };
  const [{ rows, next, searchedBackTo }, total, dropped] = await Promise.all([
    searchMetadata(database, {
      ...wanted,
      ...{ now, filters, openOnly },
      ...(leastMs === null ? null : await hoursOfLongEvents(database, { ...wanted, leastMs })),
      leastMs: leastMs ?? (wanted.timed ? 0 : undefined),
      errorCode: errorCode ?? undefined,
      limit: Math.min(MOST_EVENTS, limits.requests),
      after: readText(parameters, 'after') ?? undefined,
    }),
    // What the summary does not distinguish is not counted ahead: nothing has that number but reading all of it.
    filters.length === 0 && errorCode === null && leastMs === null && !openOnly
      ? countEvents(database, wanted)
      : null,
    droppedMonthsText(database, span),
  ]);
  return { kind: 'events', filter, words, events: rows, total, next, searchedBackTo, dropped };
}

async function findRequests({ database, parameters, context }: ViewQuestion, word: string): Promise<Found> {
  if (readText(parameters, 'after') !== null)
    throw badFilter('The filter “after” goes on with a list; a search by name has one page.');
  const limit = context.limits.requests;
  const tenant = context.tenant ?? undefined;
  const requests = await searchRequests(database, word, { tenant, limit: limit + 1 });
  return { kind: 'requests', word, requests: requests.slice(0, limit), more: requests.length > limit };
}

async function listLatest(
  { database, parameters, context }: ViewQuestion,
  words: SearchWords,
): Promise<Found> {
  const { now, limits } = context;
  const { openOnly } = words;
  const tenant = oneMeaning('tenant', words.tenant, context.tenant);
  await refuseUnknownNames(database, { tenant });
  const received = readWord(parameters, 'received', reportTimes);
  const span = {
    tenant: tenant ?? undefined,
    since: received === null ? undefined : sinceOf(received, now),
  };
  const after = readText(parameters, 'after') ?? undefined;
  const [{ rows: requests, next }, total] = await Promise.all([
    listRequests(database, { ...span, openOnly }, Math.min(50, limits.requests), after),
    countLatest(database, span, openOnly),
  ]);
  return {
    kind: 'latest',
    words,
    requests,
    openOnly,
    received,
    total,
    next,
  };
}

/** An index counts up to here without reading the requests. */
const MOST_COUNTED = 10_000;

interface Counted {
  count: number;
  /** It was counted up to here; there are more. */
  more: boolean;
}

/** Null for what nothing counts but reading it: all there is, and those in flight of a span. */
async function countLatest(
  database: Database,
  { tenant, since }: { tenant: string | undefined; since: Date | undefined },
  openOnly: boolean,
): Promise<Counted | null> {
  if (since === undefined)
    return openOnly ? { count: await countOpenRequests(database, tenant ?? null), more: false } : null;
  if (openOnly) return null;
  const count = await countRequests(database, { tenant, since }, MOST_COUNTED + 1);
  return { count: Math.min(count, MOST_COUNTED), more: count > MOST_COUNTED };
}

export interface SearchResultsData {
  query: string;
  found: Found;
}

export type Found =
  | {
      kind: 'latest';
      words: SearchWords;
      requests: readonly RequestInList[];
      /** Only requests still in flight. */
      openOnly: boolean;
      /** Only those that the tracker first heard of in this span. */
      received: ReportTime | null;
      /** How many those are; null where they were not counted. */
      total: Counted | null;
      next: string | null;
    }
  | { kind: 'requests'; word: string; requests: readonly RequestInList[]; more: boolean }
  | {
      kind: 'events';
      filter: EventFilter;
      words: SearchWords;
      /** Latest first. */
      events: readonly FoundEvent[];
      /** How many match in all; null where metadata decides. */
      total: number | null;
      next: string | null;
      /** The search took too long to go on; null when it went all the way, or the page is full. */
      searchedBackTo: Date | null;
      /** That events are missing, in a sentence. */
      dropped?: string | undefined;
    };

/** Which events, beside what their metadata says; null does not narrow. */
export interface EventFilter {
  stage: string | null;
  type: string | null;
  status: EventStatus | null;
  /** Only events that state a duration. */
  timed: 'yes' | null;
  /** Only events that took so many milliseconds or longer. */
  least: string | null;
  time: ReportTime;
}

/** What a search found: requests by a name of theirs, or events by what their metadata says. */
export function SearchResults({ data, context }: { data: SearchResultsData; context: ViewContext }) {
  const { found } = data;
  const { links, tenant } = context;
  return (
    <section>
      <h1>Search</h1>
      <p class="lead">
        An id, how it begins or how it ends, an external reference, a correlation id, in any case; the event’s
        fields status=, stage=, type=, errorCode=, tenant= and is:open; or metadata:{' '}
        {links.link(
          { view: 'search', parameters: { q: 'targetSystem=carelon', tenant } },
          <code>targetSystem=carelon</code>,
        )}
        ,{' '}
        {links.link(
          { view: 'search', parameters: { q: 'diagnosisCount>3', tenant } },
          <code>diagnosisCount&gt;3</code>,
        )}
        . Several conditions must all hold.
      </p>
      {data.query === '' ? null : (
        <p class="muted">
          Understood as: <Understood found={found} />.
        </p>
      )}
      {found.kind === 'events' ? (
        <Events query={data.query} found={found} context={context} />
      ) : (
        <Requests data={data} found={found} context={context} />
      )}
    </section>
  );
}

/** The question in the tracker's words. */
function Understood({ found }: { found: Found }) {
  if (found.kind === 'requests')
    return (
      <>
        a request by id, external reference or correlation id <DataText value={found.word} mono />
      </>
    );
  const { words, kind } = found;
  const { status, stage, type, errorCode, tenant } = words;
  const fields = Object.entries({ status, stage, type, 'error code': errorCode, tenant });
  const stated = [
    ...fields.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
    ...words.conditions.map((condition) => ['metadata', condition] as const),
  ];
  return (
    <>
      {kind === 'events' ? 'events' : 'requests'}
      {words.openOnly ? (kind === 'events' ? ' of requests in flight' : ' in flight') : ''}
      {stated.map(([name, value], place) => (
        <>
          {place === 0 ? ' with ' : ' and '}
          {name} <DataText value={value} mono />
        </>
      ))}
    </>
  );
}

type FoundOf<Kind> = Extract<Found, { kind: Kind }>;

interface RequestsProps {
  data: SearchResultsData;
  found: FoundOf<'latest' | 'requests'>;
  context: ViewContext;
}

function Requests({ data, found, context }: RequestsProps) {
  const { links, tenant } = context;
  if (found.requests.length === 0) {
    return (
      <Empty>
        {found.kind === 'latest' ? (
          'No such request.'
        ) : (
          <>
            Nothing is called <DataText value={found.word} mono />
            {tenant === null ? '' : ' within this tenant; it may belong to another tenant'}. From four
            characters on, the beginning or the end of an id is enough.
          </>
        )}
      </Empty>
    );
  }
  return (
    <>
      <h2>
        <RequestsTitle found={found} />
      </h2>
      <RequestList requests={found.requests} context={context} />
      {found.kind === 'requests' && found.more ? (
        <Caution>The latest {found.requests.length}; there are more.</Caution>
      ) : null}
      {found.kind === 'latest' ? (
        <NextPage
          next={found.next}
          place={{
            view: 'search',
            parameters: {
              tenant,
              q: data.query === '' ? null : data.query,
              open: found.openOnly ? 'yes' : null,
              received: found.received,
            },
          }}
          links={links}
        >
          Older ones
        </NextPage>
      ) : null}
    </>
  );
}

function RequestsTitle({ found }: { found: FoundOf<'latest' | 'requests'> }) {
  if (found.kind === 'requests')
    return <Total count={found.requests.length} more={found.more} one="request" />;
  const { total, openOnly, received } = found;
  return (
    <>
      {total === null ? 'Latest requests' : <Total {...total} one="request" />}
      {openOnly ? ' in flight' : ''}
      {received === null ? '' : `, first heard of in ${timeText(received)}`}
    </>
  );
}

interface EventsProps {
  query: string;
  found: FoundOf<'events'>;
  context: ViewContext;
}

function Events({ query, found, context }: EventsProps) {
  const { events, filter, next, searchedBackTo } = found;
  const { now, zone, links, tenant } = context;
  const { time, ...narrowed } = filter;
  const parameters = { q: query === '' ? null : query, ...narrowed };
  return (
    <>
      <h2>
        <EventsTitle found={found} />
      </h2>
      <TimeChoices view="search" parameters={parameters} time={time} context={context} />
      {events.length === 0 ? (
        <Empty>
          {searchedBackTo === null
            ? `No event of ${timeText(time)} matches. Field names are case-sensitive.`
            : 'Nothing matches so far.'}
        </Empty>
      ) : (
        <ReportTable
          report={search}
          rows={events}
          caption="Events found"
          question={pageQuestion(time, context)}
          context={context}
        />
      )}
      {searchedBackTo === null ? null : (
        <Caution>
          Searched back to <Instant at={searchedBackTo} now={now} zone={zone} /> so far; no index serves this
          search.
        </Caution>
      )}
      <DroppedCaution dropped={found.dropped} />
      <NextPage
        next={next}
        place={{ view: 'search', parameters: { tenant, ...parameters, time } }}
        links={links}
      >
        Older ones
      </NextPage>
    </>
  );
}

function EventsTitle({ found }: { found: FoundOf<'events'> }) {
  const { stage, type, status, timed, least, time } = found.filter;
  return (
    <>
      {found.total === null ? 'Events' : <Total count={found.total} one="event" />} of {timeText(time)}
      {stage === null ? null : (
        <>
          {' '}
          · <DataText value={stage} most={40} />
        </>
      )}
      {type === null ? null : (
        <>
          {' '}
          · <DataText value={type} most={48} mono />
        </>
      )}
      {status === null ? null : (
        <>
          {' '}
          · <StatusMark status={status} />
        </>
      )}
      {timed === null ? null : ' · with a duration'}
      {least === null ? null : ` · that took ${tookText(Number(least))} or longer`}
    </>
  );
}
