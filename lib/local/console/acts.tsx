import { randomBytes, timingSafeEqual } from 'node:crypto';
import { refuseUnknownNames } from '../../data-access/known-names.ts';
import {
  listActs,
  type Operator,
  type PauseScope,
  pauseRetries,
  resumeRetries,
  retryNow,
  whyNothingToRetry,
} from '../../data-access/operate.ts';
import { listRetries } from '../../data-access/retry.ts';
import { toRetryFilter } from '../../domain/retry-filter.ts';
import { failureOf } from '../../views/failure-of.ts';
import type { Html } from '../../views/html.ts';
import { DataText } from '../../views/parts/data-text.tsx';
import { Empty, Failure } from '../../views/parts/notice.tsx';
import { Table } from '../../views/parts/table.tsx';
import { Relative } from '../../views/parts/time-text.tsx';
import { badFilter, readText } from '../../views/read-parameters.ts';
import type { ViewParameters } from '../../views/view-page.ts';
import { consolePage } from './console-page.tsx';
import type { ConsoleResponse, ConsoleRoutes } from './console-server.ts';
import { type ConsoleViews, openShell } from './get-view.tsx';

const VERBS = { retry: 'Retry now', pause: 'Pause retries', resume: 'Resume retries' } as const;
type ActVerb = keyof typeof VERBS;

const ACTS_SHOWN = 200;

/**
 * Acting by hand, in two steps: a page says what will be touched and asks why, its form does it. A form of another site
 * cannot know the token, which is new with each start.
 */
export function actRoutes(views: ConsoleViews, actedBy: string): ConsoleRoutes {
  const token = randomBytes(32).toString('hex');
  return {
    'GET /act': ({ url }) =>
      respond(views, async () => (
        <Confirm act={await readAct(views, Object.fromEntries(url.searchParams))} token={token} />
      )),
    'POST /act': ({ body }) =>
      respond(views, () => doAct(views, Object.fromEntries(new URLSearchParams(body)), token, actedBy)),
    'GET /audit': () => respond(views, () => auditPage(views)),
  };
}

interface Act {
  verb: ActVerb;
  id: string | null;
  scope: PauseScope;
  /** Of failures, for a pause or a resume. */
  matching: number | null;
  sample: readonly string[];
}

async function readAct({ database, clock }: ConsoleViews, parameters: ViewParameters): Promise<Act> {
  const verb = readText(parameters, 'verb');
  if (verb !== 'retry' && verb !== 'pause' && verb !== 'resume')
    throw badFilter(`An act is one of ${Object.keys(VERBS).join(', ')}.`);
  const id = readText(parameters, 'id');
  const text = (name: string) => readText(parameters, name) ?? undefined;
  const filter = toRetryFilter({
    tenant: text('tenant'),
    stage: text('stage'),
    downstream: text('downstream'),
  });
  const { tenant = null, stage = null, downstream = null } = filter;
  const scope = { tenant, stage, downstream };
  if (verb === 'retry') {
    if (id === null) throw badFilter('A retry needs the id of a request.');
    return { verb, id, scope, matching: null, sample: [] };
  }
  if (tenant === null && stage === null && downstream === null)
    throw badFilter('A pause needs a tenant, a stage or a downstream.');
  await refuseUnknownNames(database, scope);
  const { rows, total } = await listRetries(database, {
    filter,
    state: undefined,
    now: clock.now(),
    limit: 5,
  });
  return { verb, id: null, scope, matching: total, sample: rows.map(({ pagwId }) => pagwId) };
}

function targetText({ id, scope }: Act): string {
  return id ?? [scope.tenant, scope.stage, scope.downstream].filter((name) => name !== null).join(' · ');
}

function Confirm({ act, token }: { act: Act; token: string }) {
  const { verb, id, scope, matching, sample } = act;
  const fields = Object.entries({ verb, id, ...scope, token }).filter(([, value]) => value !== null);
  return (
    <section>
      <h1>{VERBS[verb]}</h1>
      <p>
        <DataText value={targetText(act)} mono />
        {matching === null
          ? null
          : `: ${matching.toLocaleString('en')} failures that wait or have used up their attempts`}
        {sample.length === 0 ? '.' : ', such as '}
        {sample.map((pagwId, place) => (
          <>
            {place === 0 ? '' : ', '}
            <DataText value={pagwId} mono />
          </>
        ))}
      </p>
      <form action="/act" method="post" class="ask">
        {fields.map(([name, value]) => (
          <input type="hidden" name={name} value={value ?? ''} />
        ))}
        <input
          type="text"
          name="reason"
          required
          maxlength={500}
          aria-label="Why; kept with who and when"
          placeholder="Why?"
        />
        <button type="submit">{VERBS[verb]}</button>
      </form>
    </section>
  );
}

async function doAct(
  views: ConsoleViews,
  fields: ViewParameters,
  token: string,
  actedBy: string,
): Promise<Html> {
  if (!isSame(fields.token ?? '', token))
    throw badFilter(
      'This form is not one that this console gave out, or older than its start; open it again.',
    );
  const reason = readText(fields, 'reason');
  if (reason === null) throw badFilter('Say why in a few words.');
  const act = await readAct(views, fields);
  return (
    <section>
      <h1>{VERBS[act.verb]}</h1>
      <p role="status">
        <DataText value={targetText(act)} mono />: {await carryOut(views, act, { actedBy, reason })} Written
        down in the <a href="/audit">audit</a>.
      </p>
    </section>
  );
}

async function carryOut({ database, clock }: ConsoleViews, act: Act, operator: Operator): Promise<string> {
  const now = clock.now();
  if (act.verb === 'pause')
    return (await pauseRetries(database, act.scope, operator, now))
      ? 'retries are held back.'
      : 'was paused already.';
  if (act.verb === 'resume') {
    if (await resumeRetries(database, act.scope, operator, now))
      return 'resumed; what is due goes out within a minute.';
    throw badFilter('There is no pause of exactly this.');
  }
  const pagwId = act.id ?? '';
  const due = await retryNow(database, { pagwId, stage: null, ...operator }, now);
  if (due.length > 0)
    return 'due now; goes out within a minute, unless a pause holds it. Over once its outcome is recorded.';
  throw badFilter(`There is nothing to retry (${await whyNothingToRetry(database, pagwId, null)}).`);
}

function isSame(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}

async function auditPage({ database, clock }: ConsoleViews): Promise<Html> {
  const { rows } = await listActs(database, {}, ACTS_SHOWN);
  return (
    <section>
      <h1>Audit</h1>
      <p class="lead">
        What was done by hand, latest first; more and filters: <code>pagw audit</code>.
      </p>
      {rows.length === 0 ? (
        <Empty>Nothing was done by hand yet.</Empty>
      ) : (
        <Table
          caption="Acts by hand"
          rows={rows}
          columns={[
            { name: 'When', cell: ({ actedAt }) => <Relative at={actedAt} now={clock.now()} /> },
            { name: 'Who', heads: true, cell: ({ actedBy }) => <DataText value={actedBy} most={64} /> },
            { name: 'What', cell: ({ action }) => <DataText value={action} most={40} mono /> },
            { name: 'On', cell: ({ filter }) => <DataText value={aim(filter)} most={160} /> },
            { name: 'Touched', numeric: true, cell: ({ affected }) => affected.toLocaleString('en') },
            { name: 'Why', cell: ({ reason }) => <DataText value={reason} most={200} /> },
          ]}
        />
      )}
    </section>
  );
}

function aim(filter: Record<string, unknown>): string {
  return Object.entries(filter)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}

async function respond(views: ConsoleViews, draw: () => Promise<Html>): Promise<ConsoleResponse> {
  let status = 200;
  const children = await draw().catch((error: unknown) => {
    const failure = failureOf(error);
    status = failure.status;
    const { code, message, hint } = failure;
    return <Failure code={code} message={message} hint={hint} />;
  });
  const shell = await openShell(views, '');
  const page = { ...shell, title: 'By hand', view: undefined, tenant: null, failed: false, children };
  return { status, contentType: 'text/html; charset=utf-8', body: consolePage(page) };
}
