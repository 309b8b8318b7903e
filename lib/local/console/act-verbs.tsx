import { findIncident } from '../../data-access/incidents.ts';
import { refuseUnknownNames, unknownRequest } from '../../data-access/known-names.ts';
import { findToClose, type Operator, snoozeIncident } from '../../data-access/operate.ts';
import {
  BATCH_RATE,
  listRetryPauses,
  pauseRetries,
  requestRetryBatch,
  resumeRetries,
  retryNow,
  whyNothingToRetry,
} from '../../data-access/retry-orders.ts';
import { findRequest, type RequestRow } from '../../data-access/timeline.ts';
import { type ListedRetry, listRetries } from '../../data-access/waiting-failures.ts';
import { causeSentence } from '../../domain/incident-text.ts';
import type { ActName } from '../../domain/next-step.ts';
import { printable } from '../../domain/printable-text.ts';
import { type PauseScope, type RetryFilter, toRetryFilter } from '../../domain/retry-orders.ts';
import { durationText, reasonText } from '../../domain/words.ts';
import {
  alreadyUndeliveredText,
  closeRequest,
  closingEnds,
  undeliveredText,
} from '../../flows/operate/close-request.ts';
import {
  previewResend,
  resendRefusals,
  resendRequest,
  riskText,
} from '../../flows/operate/resend-request.ts';
import type { Child } from '../../views/jsx-runtime.ts';
import { DataText } from '../../views/parts/data-text.tsx';
import { Caution } from '../../views/parts/notice.tsx';
import { Table } from '../../views/parts/table.tsx';
import { Relative } from '../../views/parts/time-text.tsx';
import { badFilter, readText, readWord } from '../../views/read-parameters.ts';
import { ViewError, type ViewParameters } from '../../views/view-page.ts';
import { consoleLinks } from './console-page.tsx';
import type { ConsoleViews } from './get-view.tsx';
import { planReplay, type Replaying } from './replay-act.tsx';

/** What is about to be done: shown first, and read again from the form's fields before it is done. */
export interface Act {
  /** What it is aimed at, in a few words. */
  target: string;
  /** What the form sends along unseen. */
  fields: Readonly<Record<string, string | null | undefined>>;
  /** What it will touch. */
  shows: Child;
  /** What else there is to say than why. */
  asks?: Child;
  /** False where it would touch nothing: there is nothing to confirm. */
  possible: boolean;
  /** @param given the form's fields. @returns what was done, in a sentence. */
  carryOut(operator: Operator, given: ViewParameters): Promise<string>;
}

/** What an act is planned and done with. */
export interface ActViews extends ConsoleViews {
  replaying: Replaying;
}

interface ActVerb {
  title: string;
  plan(views: ActViews, parameters: ViewParameters): Promise<Act>;
}

const SAMPLE = 5;

/** Everything that can be done by hand here, by the words of the CLI. */
export const actVerbs: Readonly<Record<ActName, ActVerb>> = {
  retry: { title: 'Retry now', plan: planRetry },
  resend: { title: 'Resend', plan: planResend },
  close: { title: 'Close', plan: planClose },
  batch: { title: 'Retry this group', plan: planBatch },
  pause: { title: 'Pause retries', plan: planPause },
  resume: { title: 'Resume retries', plan: planResume },
  snooze: { title: 'Snooze', plan: planSnooze },
  replay: { title: 'Replay', plan: planReplay },
};

export function isActName(name: string | null): name is ActName {
  return name !== null && Object.hasOwn(actVerbs, name);
}

async function planRetry(views: ConsoleViews, parameters: ViewParameters): Promise<Act> {
  const { database, clock } = views;
  const request = await needRequest(views, parameters);
  const stage = readText(parameters, 'stage');
  return {
    target: request.pagwId,
    fields: { id: request.pagwId, stage },
    shows: <Standing request={request} />,
    possible: true,
    carryOut: async (operator) => {
      const { pagwId } = request;
      const due = await retryNow(database, { pagwId, stage, ...operator }, clock.now());
      if (due.length === 0)
        throw nothingDone(`There is nothing to retry (${await whyNothingToRetry(database, pagwId, stage)}).`);
      return 'Due now; goes out within a minute, unless a pause holds it. Over once its outcome is recorded.';
    },
  };
}

async function planResend(views: ConsoleViews, parameters: ViewParameters): Promise<Act> {
  const { database, clock } = views;
  const request = await needRequest(views, parameters);
  const { pagwId } = request;
  const preview = await previewResend(database, pagwId);
  const isRefused = typeof preview === 'string';
  const refused = isRefused ? resendRefusals[preview].join(' ') : null;
  return {
    target: pagwId,
    fields: { id: pagwId },
    shows: isRefused ? (
      <p>{refused}</p>
    ) : (
      <>
        <Standing request={request} />
        <p>
          Sends it to <DataText value={preview.stage} most={40} /> once more, as attempt {preview.attempt}.
        </p>
        {preview.mayBeKnown ? (
          <Caution>
            <DataText value={riskText(preview)} most={200} /> Ask there first.
          </Caution>
        ) : null}
      </>
    ),
    asks:
      !isRefused && preview.mayBeKnown ? (
        <label class="check">
          <input type="checkbox" name="accept" value="yes" required /> It was asked for there, or a second
          case is accepted
        </label>
      ) : null,
    possible: !isRefused,
    carryOut: async (operator, given) => {
      const riskAccepted = given.accept === 'yes';
      const outcome = await resendRequest(database, { pagwId, riskAccepted, ...operator }, clock.now());
      if (outcome === 'waiting') return 'Was asked for already, and goes out next.';
      if (outcome !== 'requested') throw nothingDone(...resendRefusals[outcome]);
      return 'Goes out within a minute, unless a pause holds it. Over once its outcome is recorded.';
    },
  };
}

const endTexts: Readonly<Record<(typeof closingEnds)[number], string>> = {
  withdrawn: 'withdrawn by the provider',
  dismissed: 'dismissed: it cannot be processed',
  void: 'void: a duplicate, or sent in error',
  'not-required': 'no authorization needed',
};

async function planClose(views: ConsoleViews, parameters: ViewParameters): Promise<Act> {
  const { database, clock } = views;
  const request = await needRequest(views, parameters);
  const { pagwId } = request;
  const runs = (await findToClose(database, pagwId))?.undecided ?? true;
  return {
    target: pagwId,
    fields: { id: pagwId },
    shows: (
      <>
        <Standing request={request} />
        <p>Nothing of it is awaited, retried or alarmed any more. A decision is the payer’s to state.</p>
      </>
    ),
    asks: (
      <>
        <label>
          As{' '}
          <select name="as" required>
            <option value="">how it ends …</option>
            {closingEnds.map((end) => (
              <option value={end}>{endTexts[end]}</option>
            ))}
          </select>
        </label>
        {runs ? (
          <label>
            Agreed by <input type="text" name="second" required maxlength={64} placeholder="another person" />
          </label>
        ) : null}
      </>
    ),
    possible: true,
    carryOut: async (operator, given) => {
      const end = readWord(given, 'as', closingEnds);
      if (end === null) throw badFilter('Say how it ends.');
      const second = readText(given, 'second') ?? undefined;
      const outcome = await closeRequest(database, { pagwId, end, second, ...operator }, clock.now());
      if (outcome === 'closed') return `Closed as ${end}.`;
      if (outcome === 'undelivered') return `Closed as ${end}. ${undeliveredText}`;
      if (outcome === 'needs-second')
        throw nothingDone('Its decision clock runs: stopping it takes a second person.');
      if (outcome === 'already-undelivered')
        throw nothingDone('It was closed already; nothing was done.', alreadyUndeliveredText);
      throw nothingDone('It was closed already.');
    },
  };
}

async function planBatch(views: ConsoleViews, parameters: ViewParameters): Promise<Act> {
  const { database, clock } = views;
  const filter = await readGroup(views, parameters);
  const { rows, total } = await waiting(views, filter);
  return {
    target: filterText(filter),
    fields: { ...filter },
    shows: (
      <>
        <p>
          {total === 0
            ? 'No failure that waits or has used up its attempts matches.'
            : `${countOf(total, 'failure')} made due step by step, those whose attempts are used up included:`}
        </p>
        <Sample rows={rows} total={total} views={views} />
      </>
    ),
    asks: (
      <label>
        A minute, at most{' '}
        <input type="number" name="rate" required min={1} max={BATCH_RATE.most} value={BATCH_RATE.usual} />
      </label>
    ),
    possible: total > 0,
    carryOut: async (operator, given) => {
      const ratePerMinute = Number(given.rate ?? BATCH_RATE.usual);
      if (!Number.isInteger(ratePerMinute) || ratePerMinute < 1 || ratePerMinute > BATCH_RATE.most)
        throw badFilter(`The rate is a whole number a minute, from 1 to ${BATCH_RATE.most}.`);
      const { id, matched } = await requestRetryBatch(
        database,
        { filter, ratePerMinute, ...operator },
        clock.now(),
      );
      return `Batch ${id} has begun: ${countOf(matched, 'failure')}, ${ratePerMinute} a minute. The retry queue says how far it is.`;
    },
  };
}

async function planPause(views: ConsoleViews, parameters: ViewParameters): Promise<Act> {
  const { database, clock } = views;
  const { filter, scope } = readScope(parameters);
  await refuseUnknownNames(database, filter);
  const { rows, total } = await waiting(views, filter);
  return {
    target: filterText(filter),
    fields: { ...scope },
    shows: (
      <>
        <p>
          Holds back {countOf(total, 'failure')} that wait for a retry or have used up their attempts, and
          those to come. What becomes due stays due until the resume.
        </p>
        <Sample rows={rows} total={total} views={views} />
      </>
    ),
    possible: true,
    carryOut: async (operator) =>
      (await pauseRetries(database, scope, operator, clock.now()))
        ? 'Retries are held back.'
        : 'Was paused already; the first reason stays.',
  };
}

async function planResume(views: ConsoleViews, parameters: ViewParameters): Promise<Act> {
  const { database, clock } = views;
  const { filter, scope } = readScope(parameters);
  const pauses = await listRetryPauses(database);
  // What is paused may not be heard of any more, and can be let go all the same.
  if (!pauses.some((pause) => isSameScope(pause, scope))) await refuseUnknownNames(database, filter);
  const { rows, total } = await waiting(views, filter);
  return {
    target: filterText(filter),
    fields: { ...scope },
    shows: (
      <>
        <p>Lets {countOf(total, 'failure')} go again: what is due goes out within a minute.</p>
        <Sample rows={rows} total={total} views={views} />
      </>
    ),
    possible: true,
    carryOut: async (operator) => {
      if (await resumeRetries(database, scope, operator, clock.now()))
        return 'Resumed; what is due goes out within a minute.';
      throw nothingDone('There is no pause of exactly this.', 'The retry queue lists the pauses.');
    },
  };
}

const silences = [
  { seconds: 3_600, label: '1 hour' },
  { seconds: 14_400, label: '4 hours' },
  { seconds: 86_400, label: '1 day' },
  { seconds: 0, label: 'end the silence' },
];

async function planSnooze({ database, clock }: ConsoleViews, parameters: ViewParameters): Promise<Act> {
  const key = readText(parameters, 'key');
  if (key === null) throw badFilter('A snooze needs the key of an incident.');
  const incident = await findIncident(database, { key });
  if (incident === undefined)
    throw new ViewError(404, 'INCIDENT_UNKNOWN', 'No incident has this key.', 'See the incidents.');
  if (incident.leadKey !== null)
    throw badFilter(
      `It has no notifications of its own: those of the same cause at other tenants cover it. Silence ${printable(incident.leadKey)}.`,
    );
  return {
    target: key,
    fields: { key },
    shows: (
      <p>
        {countOf(incident.count, 'request')}: <DataText value={causeSentence(incident)} most={200} />. Nothing
        more is sent of it meanwhile, but of decisions that come to 75 or 90 % of their time or become
        overdue.
      </p>
    ),
    asks: (
      <label>
        For{' '}
        <select name="for" required>
          {silences.map(({ seconds, label }) => (
            <option value={seconds} selected={seconds === 14_400}>
              {label}
            </option>
          ))}
        </select>
      </label>
    ),
    possible: incident.closedAt === null,
    carryOut: async (operator, given) => {
      const seconds = silences.find((one) => String(one.seconds) === given.for)?.seconds;
      if (seconds === undefined) throw badFilter('Say for how long.');
      const now = clock.now();
      const until = new Date(now.getTime() + seconds * 1_000);
      if (!(await snoozeIncident(database, { key, until, ...operator }, now)))
        throw nothingDone('The incident is over.');
      return seconds === 0
        ? 'Its notifications go out again.'
        : `Silent for ${durationText(seconds * 1_000)}.`;
    },
  };
}

async function needRequest({ database }: ConsoleViews, parameters: ViewParameters): Promise<RequestRow> {
  const id = readText(parameters, 'id');
  if (id === null) throw badFilter('This needs the id of a request.');
  const request = await findRequest(database, id);
  if (request === undefined) throw await unknownRequest(database, id);
  return request;
}

/** Which failures are meant; @throws ViewError when nothing is named, UnknownNameError. */
async function readGroup({ database }: ConsoleViews, parameters: ViewParameters): Promise<RetryFilter> {
  const filter = readFilter(parameters);
  await refuseUnknownNames(database, filter);
  return filter;
}

function readFilter(parameters: ViewParameters): RetryFilter {
  const text = (name: string) => readText(parameters, name) ?? undefined;
  const filter = toRetryFilter({
    tenant: text('tenant'),
    stage: text('stage'),
    downstream: text('downstream'),
    errorCode: text('errorCode'),
  });
  if (Object.keys(filter).length === 0)
    throw badFilter('This needs a tenant, a stage, a downstream or an error code.');
  return filter;
}

/** A pause is never of an error code. */
function readScope(parameters: ViewParameters): { filter: RetryFilter; scope: PauseScope } {
  const { errorCode: _, ...filter } = readFilter({ ...parameters, errorCode: '' });
  const { tenant = null, stage = null, downstream = null } = filter;
  return { filter, scope: { tenant, stage, downstream } };
}

function isSameScope(one: PauseScope, other: PauseScope): boolean {
  return one.tenant === other.tenant && one.stage === other.stage && one.downstream === other.downstream;
}

function waiting({ database, clock }: ConsoleViews, filter: RetryFilter) {
  return listRetries(database, { filter, state: undefined, now: clock.now(), limit: SAMPLE });
}

function filterText({ tenant, stage, errorCode, downstream }: RetryFilter): string {
  return [tenant, stage, errorCode, downstream && `to ${downstream}`].filter(Boolean).join(' · ');
}

function countOf(count: number, one: string): string {
  return `${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`;
}

function nothingDone(message: string, hint = 'Nothing was done.'): ViewError {
  return new ViewError(409, 'NOTHING_DONE', message, hint);
}

function Standing({ request }: { request: RequestRow }) {
  const { pagwId, tenant, mainStage, lastStage, mainEventType, externalReferenceId, stuckReason } = request;
  return (
    <p>
      {consoleLinks.link({ view: 'request', parameters: { id: pagwId } }, 'The request')} of{' '}
      <DataText value={tenant} most={40} /> stands at{' '}
      <DataText value={mainStage ?? lastStage ?? 'no stage'} most={40} />
      {mainEventType === null ? null : (
        <>
          {' '}
          (<DataText value={mainEventType} most={64} mono />)
        </>
      )}
      {stuckReason === null ? null : (
        <>
          , stuck: <DataText value={reasonText(stuckReason)} />
        </>
      )}
      {externalReferenceId === null ? null : (
        <>
          ; external reference <DataText value={externalReferenceId} mono />
        </>
      )}
      .
    </p>
  );
}

interface SampleProps {
  rows: readonly ListedRetry[];
  total: number;
  views: ConsoleViews;
}

function Sample({ rows, total, views }: SampleProps) {
  if (rows.length === 0) return <></>;
  const now = views.clock.now();
  return (
    <>
      <Table
        links={consoleLinks}
        caption="Some of them"
        rows={rows}
        columns={[
          {
            name: 'Request',
            heads: true,
            cell: ({ pagwId }) =>
              consoleLinks.link(
                { view: 'request', parameters: { id: pagwId } },
                <DataText value={pagwId} most={64} mono />,
              ),
          },
          { name: 'Tenant', cell: ({ tenant }) => <DataText value={tenant} most={40} /> },
          { name: 'Stage', cell: ({ stage }) => <DataText value={stage} most={40} /> },
          { name: 'Error', cell: ({ errorCode }) => <DataText value={errorCode} most={64} mono /> },
          { name: 'Downstream', cell: ({ downstream }) => <DataText value={downstream} most={40} /> },
          { name: 'State', cell: ({ state }) => state },
          { name: 'Failed', numeric: true, cell: ({ failedAt }) => <Relative at={failedAt} now={now} /> },
        ]}
      />
      {total > rows.length ? (
        <p class="legend">and {(total - rows.length).toLocaleString('en')} more</p>
      ) : null}
    </>
  );
}
