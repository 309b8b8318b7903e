import { randomBytes } from 'node:crypto';
import type { Database } from '../../data-access/database.ts';
import { refuseUnknownNames } from '../../data-access/known-names.ts';
import { listActs } from '../../data-access/operate.ts';
import { canonicalTenant } from '../../domain/event-catalogue.ts';
import type { ActName } from '../../domain/next-step.ts';
import { REASON_MOST, reasonFault } from '../../domain/operator-actions.ts';
import { commandsToTracker, pagwCommand } from '../../domain/printable-text.ts';
import { failureOf } from '../../views/failure-of.ts';
import type { Html } from '../../views/jsx-runtime.ts';
import { ActsTable } from '../../views/parts/acts-table.tsx';
import { DataText } from '../../views/parts/data-text.tsx';
import { Empty, Failure } from '../../views/parts/notice.tsx';
import { badFilter, readFields, readQuery, readText } from '../../views/read-parameters.ts';
import { type Links, ViewError, type ViewParameters } from '../../views/view-page.ts';
import { type Act, type ActViews, actVerbs, isActName } from './act-verbs.tsx';
import { consolePage, trackerOptionsOf } from './console-page.tsx';
import { type ConsoleRequest, type ConsoleResponse, type ConsoleRoutes, isSame } from './console-server.ts';
import { type ConsoleViews, openShell } from './get-view.tsx';
import type { Replaying } from './replay-act.tsx';
import { DOWNLOAD_FILTERS, openLinks, tableAsJson } from './table-download.tsx';

const ACTS_SHOWN = 200;
const FORM = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;

/** What an act is done with. */
export interface Acting {
  /** As somebody who may act. */
  database: Database;
  /** Who acts. @throws Error made for readers where that is not known: nothing is done then. */
  caller(): Promise<string>;
  replaying: Replaying;
}

/**
 * Acting by hand, in two steps: a page says what will be touched and asks why, its form does it. A form of another site
 * cannot know the token, which is new with each start.
 */
export function actRoutes(views: ConsoleViews, acting: Acting): ConsoleRoutes {
  const token = randomBytes(32).toString('hex');
  return {
    'GET /act': (request) =>
      respond(views, request, async () => (
        <Confirm
          {...(await planAct(
            { ...views, replaying: acting.replaying },
            readFields(request.url.search.slice(1)),
          ))}
          token={token}
        />
      )),
    'POST /act': (request) => {
      return respond(views, request, async () => {
        if (!FORM.test(request.contentType))
          throw new ViewError(
            415,
            'NO_FORM',
            'Acts are forms: application/x-www-form-urlencoded.',
            'Open the page of the act, and send its form.',
          );
        return doAct(views, readFields(request.body), token, acting);
      });
    },
    'GET /audit': async (request) => {
      const { links, tables } = openLinks(request.url, trackerOptionsOf(views.stack, request.port));
      const page = await respond(views, request, () => auditPage(views, request, links));
      const asksForRows = request.url.searchParams.get('format') === 'json' && page.status === 200;
      return asksForRows ? tableAsJson(tables, request.url.searchParams.get('table')) : page;
    },
  };
}

interface ConfirmProps {
  name: ActName;
  act: Act;
  token: string;
}

function Confirm({ name, act, token }: ConfirmProps) {
  const { title } = actVerbs[name];
  const fields = Object.entries({ verb: name, ...act.fields, token }).filter(([, value]) => value != null);
  return (
    <section>
      <h1>{title}</h1>
      <p class="lead">
        <DataText value={act.target} most={200} mono />
      </p>
      {act.shows}
      {act.possible ? (
        <form action="/act" method="post" class="act">
          {fields.map(([field, value]) => (
            <input type="hidden" name={field} value={value ?? ''} />
          ))}
          {act.asks}
          <label class="why">
            Why{' '}
            <input
              type="text"
              name="reason"
              required
              maxlength={REASON_MOST}
              autocomplete="off"
              placeholder="kept with who and when"
            />
          </label>
          <button type="submit" class="primary">
            {title}
          </button>
        </form>
      ) : null}
    </section>
  );
}

async function planAct(views: ActViews, parameters: ViewParameters): Promise<{ name: ActName; act: Act }> {
  const name = readText(parameters, 'verb');
  if (!isActName(name)) throw badFilter(`An act is one of ${Object.keys(actVerbs).join(', ')}.`);
  return { name, act: await actVerbs[name].plan(views, parameters) };
}

async function doAct(
  views: ConsoleViews,
  fields: ViewParameters,
  token: string,
  acting: Acting,
): Promise<Html> {
  if (!isSame(fields.token ?? '', token))
    throw badFilter(
      'This form is not one that this console gave out, or older than its start; open it again.',
    );
  const reason = readText(fields, 'reason') ?? '';
  const fault = reasonFault(reason);
  if (fault !== null) throw badFilter(fault);
  const actedBy = await acting.caller();
  const { name, act } = await planAct({ ...views, ...acting }, fields);
  return (
    <section>
      <h1>{actVerbs[name].title}</h1>
      <p role="status">
        <DataText value={act.target} most={200} mono />: {await act.carryOut({ actedBy, reason }, fields)}{' '}
        Written down in the <a href="/audit">audit</a>.
      </p>
    </section>
  );
}

const AUDIT_FILTERS = ['tenant', 'action', 'by', 'request', 'after', ...DOWNLOAD_FILTERS];

async function auditPage(
  { database, clock }: ConsoleViews,
  { url }: ConsoleRequest,
  links: Links,
): Promise<Html> {
  const parameters = readQuery(url.search.slice(1), AUDIT_FILTERS);
  const stated = (name: string) => readText(parameters, name) ?? undefined;
  const [by, request] = [stated('by'), stated('request')];
  const filter = {
    tenant: canonicalTenant(stated('tenant')) ?? undefined,
    ...{ action: stated('action'), actedBy: by, pagwId: request },
  };
  await refuseUnknownNames(database, filter);
  const { rows, next } = await listActs(database, filter, ACTS_SHOWN, stated('after'));
  const chosen = Object.entries({ tenant: filter.tenant, action: filter.action, by, request }).flatMap(
    ([name, value]) => (value === undefined ? [] : [[name, value] as const]),
  );
  const further = new URLSearchParams({ ...Object.fromEntries(chosen), after: next ?? '' });
  return (
    <section>
      <h1>Audit</h1>
      <p class="lead">
        What was done by hand, latest first{chosen.length === 0 ? null : ': only '}
        {chosen.map(([name, value], place) => (
          <>
            {place === 0 ? null : ', '}
            {name} <DataText value={value} most={64} mono />
          </>
        ))}
        . In a terminal: {links.command(pagwCommand('audit', [], Object.fromEntries(chosen)))}
      </p>
      {rows.length === 0 ? (
        <Empty>
          {chosen.length === 0 ? 'Nothing was done by hand yet.' : 'Nothing of this was done by hand.'}
        </Empty>
      ) : (
        <ActsTable caption="Acts by hand" acts={rows} now={clock.now()} links={links} />
      )}
      {next === null ? null : (
        <p>
          <a href={`/audit?${further}`}>Earlier acts</a>
        </p>
      )}
    </section>
  );
}

async function respond(
  views: ConsoleViews,
  request: ConsoleRequest,
  draw: () => Promise<Html>,
): Promise<ConsoleResponse> {
  let status = 200;
  const children = await draw().catch((error: unknown) => {
    const failure = failureOf(error);
    status = failure.status;
    const { code, message } = failure;
    const hint = commandsToTracker(failure.hint, trackerOptionsOf(views.stack, request.port));
    return (
      <section>
        <h1>By hand</h1>
        <Failure code={code} message={message} hint={hint} />
      </section>
    );
  });
  const shell = await openShell(views, request);
  const page = { ...shell, title: 'By hand', view: undefined, tenant: null, failed: false, children };
  return { status, contentType: 'text/html; charset=utf-8', body: consolePage(page) };
}
