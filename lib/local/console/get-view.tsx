import type { Database } from '../../data-access/database.ts';
import { listTenants } from '../../data-access/requests.ts';
import { canonicalTenant } from '../../domain/event-catalogue.ts';
import { commandsToTracker } from '../../domain/printable-text.ts';
import { durationText } from '../../domain/words.ts';
import { menuViews, type Place, type ViewName, viewNames } from '../../reports/report.ts';
import { failureOf } from '../../views/failure-of.ts';
import type { Html } from '../../views/jsx-runtime.ts';
import { Failure } from '../../views/parts/notice.tsx';
import { readQuery, readText, readWord, refuseUnknownFilters } from '../../views/read-parameters.ts';
import type { ViewContext, ViewParameters, ViewRules } from '../../views/view-page.ts';
import { viewPages } from '../../views/view-pages.ts';
import type { LocalClock } from '../local-clock.ts';
import { readZone } from './choose-zone.tsx';
import { consolePage, consolePath, type StackSite, trackerOptionsOf, viewPath } from './console-page.tsx';
import { type ConsoleRequest, type ConsoleResponse, type ConsoleRoutes, json } from './console-server.ts';
import { DOWNLOAD_FILTERS, openLinks, tableAsJson } from './table-download.tsx';

export interface ConsoleViews {
  database: Database;
  clock: Pick<LocalClock, 'now' | 'aheadSeconds'>;
  rules: ViewRules;
  /** The deployed tracker that it stands before; absent: this machine's own. */
  stack?: StackSite;
}

const LIMITS = { groups: 500, requests: 200, events: 1_000 };
const MENU = menuViews.map((view) => ({ view, title: viewPages[view].title }));

/** A route for each view. A view that cannot be shown is a page too: with the code, and a way on. */
export function viewRoutes(views: ConsoleViews): ConsoleRoutes {
  return Object.fromEntries(
    viewNames.map((view) => [
      `GET ${viewPath(view)}`,
      (request: ConsoleRequest) => getView(view, request, views),
    ]),
  );
}

async function getView(
  view: ViewName,
  request: ConsoleRequest,
  views: ConsoleViews,
): Promise<ConsoleResponse> {
  const page = viewPages[view];
  const { url } = request;
  const opening = openShell(views, request);
  const tracker = trackerOptionsOf(views.stack, request.port);
  const now = views.clock.now();
  try {
    const parameters = readQuery(url.search.slice(1), ['tenant', ...DOWNLOAD_FILTERS, ...page.filters]);
    const asksForRows = readWord(parameters, 'format', ['json']) !== null;
    const tenant = canonicalTenant(readText(parameters, 'tenant'));
    const { links, tables } = openLinks(url, tracker);
    const context: ViewContext = {
      now,
      zone: readZone(request.cookies, request.port),
      tenant,
      links,
      limits: LIMITS,
    };
    const question = { database: views.database, parameters, context, rules: views.rules };
    await refuseUnknownFilters(view, question);
    const place = (await page.leadsTo?.(question)) ?? null;
    if (place !== null) return seeOther(place);
    const fragment = await page.show(question);
    if (asksForRows) return tableAsJson(tables, readText(parameters, 'table'));
    const acts = actLinks(view, parameters);
    const children = (
      <>
        {fragment}
        {acts}
      </>
    );
    return html(
      200,
      consolePage({ ...(await opening), title: page.title, view, tenant, failed: false, children }),
    );
  } catch (error) {
    // By name: of an error, what a spread would leave out is the message.
    const { status, code, message, hint: way } = failureOf(error);
    const hint = commandsToTracker(way, tracker);
    if (url.searchParams.has('format')) return json(status, { code, message, hint });
    const children: Html = (
      <section>
        <h1>{page.title}</h1>
        <Failure code={code} message={message} hint={hint} />
      </section>
    );
    // Only what may pass by itself is looked at again.
    const failed = status >= 500;
    return html(
      status,
      consolePage({ ...(await opening), title: page.title, view, tenant: null, failed, children }),
    );
  }
}

/** What may be done by hand with what a view shows: each leads to a page that asks before it acts. */
function actLinks(view: ViewName, { tenant, stage }: ViewParameters): Html {
  const place = (verb: string, fields: Record<string, string | undefined>) => {
    const query = new URLSearchParams({ verb });
    for (const [name, value] of Object.entries(fields)) if (value) query.set(name, value);
    return `/act?${query}`;
  };
  const scope = { tenant, stage };
  if (view === 'retries' && (tenant || stage))
    return (
      <p class="by-hand">
        By hand, for what is chosen: <a href={place('batch', scope)}>Retry this group</a> ·{' '}
        <a href={place('pause', scope)}>Pause retries</a> ·{' '}
        <a href={place('resume', scope)}>Resume retries</a> · <a href="/audit">what was done by hand</a>
      </p>
    );
  return <></>;
}

/** What every page has around its view, whether or not the database answers. */
export async function openShell({ database, clock, stack }: ConsoleViews, request: ConsoleRequest) {
  const { url, cookies, port } = request;
  const tenants = await listTenants(database).catch(() => []);
  return {
    ...{ menu: MENU, tenants, stack },
    ...{ now: clock.now(), aheadText: aheadText(clock), zone: readZone(cookies, port) },
    query: url.searchParams.get('q') ?? '',
    back: request.body === '' ? `${url.pathname}${url.search}` : '/',
  };
}

function aheadText({ aheadSeconds }: Pick<LocalClock, 'aheadSeconds'>): string {
  return aheadSeconds === 0 ? '' : ` · ${durationText(aheadSeconds * 1_000)} ahead`;
}

function seeOther(place: Place): ConsoleResponse {
  const headers = { location: consolePath(place) };
  return { status: 303, contentType: 'text/plain; charset=utf-8', body: '', headers };
}

function html(status: number, body: string): ConsoleResponse {
  return { status, contentType: 'text/html; charset=utf-8', body };
}
