import type { Database } from '../../data-access/database.ts';
import { countDeadlines, type Deadline } from '../../data-access/decisions.ts';
import { countAwaited } from '../../data-access/incidents.ts';
import { type LoadSlice, loadOverTime } from '../../data-access/load.ts';
import { countRejected, listRejected } from '../../data-access/rejected-messages.ts';
import { listRequests } from '../../data-access/requests.ts';
import { listRetryPauses } from '../../data-access/retry-orders.ts';
import { countOpenRequests, type LastCheck, readCheck } from '../../data-access/stuck-alarm.ts';
import { groupStuckRequests, type StuckGroups } from '../../data-access/stuck-requests.ts';
import { measureRetries, type RetryBacklog } from '../../data-access/waiting-failures.ts';
import { pausesOf, type RetryPause } from '../../domain/retry-orders.ts';
import { defaultStageLimits } from '../../domain/stage-limits.ts';
import { durationText, plural, type Tone } from '../../domain/words.ts';
import type { Place } from '../../reports/report.ts';
import { CheckCaution, CheckedAt, Empty, Pauses } from '../parts/notice.tsx';
import type { ViewContext, ViewPage } from '../view-page.ts';
import { LoadCharts, type LoadData } from './load-charts.tsx';
import { MOST_COUNTED } from './rejected.tsx';
import { type ReportTime, readTime, sinceOf, TimeChoices } from './report-time.tsx';
import { type RequestInList, RequestList } from './request-list.tsx';
import { Awaited, GroupTable } from './stuck.tsx';

const LATEST_SHOWN = 8;

export const overviewPage: ViewPage = {
  title: 'Overview',
  filters: ['time'],
  show: async ({ database, parameters, context }) => {
    const { now } = context;
    const time = readTime(parameters, '24h');
    const tenant = context.tenant ?? undefined;
    const refused = { tenant, since: sinceOf('24h', now) };
    const [stuck, open, retries, deadlines, rejected, lastRejected, check, latest, load, pauses, awaited] =
      await Promise.all([
        groupStuckRequests(database, now, { tenant }),
        countOpenRequests(database, context.tenant),
        measureRetries(database, now, context.tenant),
        countDeadlines(database, { tenant: context.tenant, now }),
        countRejected(database, refused, MOST_COUNTED),
        listRejected(database, refused, 1),
        readCheck(database),
        listRequests(database, { tenant }, LATEST_SHOWN),
        readLoad(database, context, time),
        listRetryPauses(database),
        countAwaited(database, context.tenant),
      ]);
    const data = {
      stuck,
      open,
      deadlines,
      retries,
      rejected: {
        count: rejected,
        more: rejected === MOST_COUNTED,
        latestAt: lastRejected.rows[0]?.rejectedAt ?? null,
      },
      check,
      latest: latest.rows,
      load,
      pauses: pausesOf(pauses, context.tenant),
      awaited,
    };
    return <Overview data={data} context={context} />;
  },
};

export interface OverviewData {
  stuck: StuckGroups;
  /** Requests in flight. */
  open: number;
  deadlines: Readonly<Record<Deadline['risk'], number>>;
  retries: RetryBacklog;
  rejected: RejectedCount;
  check: LastCheck | undefined;
  latest: readonly RequestInList[];
  load: LoadData;
  pauses: readonly RetryPause[];
  awaited: number;
}

/** What each span is cut into, and what it is compared with. */
const COMPARED: Readonly<
  Record<ReportTime, { stepHours: number; earlier: readonly { name: string; days: number }[] }>
> = {
  '24h': {
    stepHours: 1,
    earlier: [
      { name: 'the day before', days: 1 },
      { name: 'a week before', days: 7 },
    ],
  },
  '7d': { stepHours: 6, earlier: [{ name: 'the 7 days before', days: 7 }] },
  '30d': { stepHours: 24, earlier: [{ name: 'the 30 days before', days: 30 }] },
};
const HOUR_MS = 3_600_000;

/** Up to now, and up to the same hour earlier: a part is not compared with a whole. */
async function readLoad(
  database: Database,
  { tenant, now }: ViewContext,
  time: ReportTime,
): Promise<LoadData> {
  const { stepHours, earlier } = COMPARED[time];
  const since = sinceOf(time, now).getTime();
  // Roll-ups are made every hour.
  const liveFrom = new Date((Math.floor(now.getTime() / HOUR_MS) - 2) * HOUR_MS);
  const count = Math.ceil((now.getTime() - since) / (stepHours * HOUR_MS));
  const starts = Array.from({ length: count }, (_, place) => new Date(since + place * stepHours * HOUR_MS));
  const slicesOf = async (days: number): Promise<(LoadSlice | undefined)[]> => {
    const back = days * 24 * HOUR_MS;
    const query = { tenant, since: new Date(since - back), until: new Date(now.getTime() - back), stepHours };
    const slices = await loadOverTime(database, days === 0 ? { ...query, liveFrom } : query);
    const found = new Map(slices.map((slice) => [slice.at.getTime(), slice]));
    return starts.map((start) => found.get(start.getTime() - back));
  };
  const [current = [], ...before] = await Promise.all([0, ...earlier.map(({ days }) => days)].map(slicesOf));
  return {
    ...{ time, stepHours, starts, current },
    earlier: earlier.map(({ name }, place) => ({ name, slices: before[place] ?? [] })),
  };
}

export interface RejectedCount {
  /** In the last 24 hours, counted up to a limit. */
  count: number;
  /** The limit was reached. */
  more: boolean;
  latestAt: Date | null;
}

const GROUPS_SHOWN = 5;

/** Is anything wrong, how much, and where to look; every number leads to its rows. */
export function Overview({ data, context }: { data: OverviewData; context: ViewContext }) {
  const { check, latest } = data;
  const { groups } = data.stuck;
  const { now, links, tenant } = context;
  return (
    <section>
      <h1>Overview</h1>
      <p class="lead">
        {links.link(
          { view: 'search', parameters: { tenant, open: 'yes' } },
          `${plural(data.open, 'request')} in flight`,
        )}
        , <CheckedAt check={check} now={now} />
      </p>
      <CheckCaution check={check} now={now} />
      <Pauses pauses={data.pauses} now={now} />
      <Awaited awaited={data.awaited} context={context} />
      <ul class="figures">
        {figuresOf(data, context).map((figure) => (
          <li>{links.link(figure.place, <Figure {...figure} />, { class: `figure ${figure.tone}` })}</li>
        ))}
      </ul>
      <div class="heading">
        <h2>Stuck now</h2>
        {groups.length > GROUPS_SHOWN
          ? links.link({ view: 'stuck', parameters: { tenant } }, 'all groups')
          : null}
      </div>
      {groups.length === 0 ? (
        <Empty>
          No stuck requests; <CheckedAt check={check} now={now} />.
        </Empty>
      ) : (
        <GroupTable groups={groups.slice(0, GROUPS_SHOWN)} pauses={data.pauses} context={context} />
      )}
      <div class="heading">
        <h2>Over time</h2>
      </div>
      <TimeChoices view="overview" time={data.load.time} context={context} />
      <LoadCharts data={data.load} context={context} />
      <div class="heading">
        <h2>Latest requests</h2>
        {links.link({ view: 'search', parameters: { tenant } }, 'search')}
      </div>
      {latest.length === 0 ? (
        <Empty>No requests yet. Send an event to the queue, and its request appears here.</Empty>
      ) : (
        <RequestList requests={latest} context={context} />
      )}
    </section>
  );
}

interface FigureProps {
  name: string;
  value: string;
  detail: string;
  tone: Tone;
  place: Place;
}

function Figure({ name, value, detail }: FigureProps) {
  return (
    <>
      <span class="figure-name">{name}</span>
      <span class="figure-value">{value}</span>
      <span class="figure-detail">{detail}</span>
    </>
  );
}

function figuresOf(
  { stuck: { total: stuck, oldestSince }, deadlines, retries, rejected, check }: OverviewData,
  context: ViewContext,
): FigureProps[] {
  const { now, tenant } = context;
  const to = (view: Place['view'], parameters: Record<string, string> = {}): Place => ({
    view,
    parameters: { tenant, ...parameters },
  });
  const { breached } = deadlines;
  const atRisk = deadlines.urgent + deadlines['at-risk'];
  const { paused, exhausted, oldestDueSeconds: oldestDue } = retries;
  const due = retries.due - retries.sending;
  const isOverdue = oldestDue > defaultStageLimits.retryOverdue;
  const lag = check?.lagSeconds ?? 0;
  return [
    {
      name: 'Stuck',
      value: number(stuck),
      detail:
        oldestSince === null
          ? 'all are moving'
          : `oldest ${durationText(now.getTime() - oldestSince.getTime())}`,
      tone: stuck === 0 ? 'quiet' : 'bad',
      place: to('stuck'),
    },
    {
      name: 'Deadlines',
      value: number(breached + atRisk),
      detail: breached > 0 ? `${breached} breached` : atRisk > 0 ? 'at risk' : 'none at risk',
      tone: breached > 0 ? 'bad' : atRisk > 0 ? 'warn' : 'quiet',
      place: to('deadlines'),
    },
    {
      name: 'Retries due',
      value: number(due),
      detail:
        due === 0
          ? paused > 0
            ? `${paused} paused`
            : 'none due now'
          : `oldest ${durationText(oldestDue * 1_000)}${isOverdue ? ', overdue' : ''}`,
      tone: isOverdue ? 'bad' : due > 0 ? 'retry' : 'quiet',
      place: to('retries', { state: due === 0 && paused > 0 ? 'paused' : 'due' }),
    },
    {
      name: 'Exhausted',
      value: number(exhausted),
      detail: exhausted === 0 ? 'no attempts used up' : 'no attempt left',
      tone: exhausted === 0 ? 'quiet' : 'bad',
      place: to('retries', { state: 'exhausted' }),
    },
    {
      name: 'Rejected, 24 h',
      value: `${number(rejected.count)}${rejected.more ? '+' : ''}`,
      detail:
        rejected.latestAt === null
          ? 'none'
          : `last ${durationText(now.getTime() - rejected.latestAt.getTime())} ago`,
      tone: rejected.count === 0 ? 'quiet' : 'warn',
      place: to('rejected', { time: '24h' }),
    },
    {
      name: 'Ingest behind',
      value: durationText(lag * 1_000),
      detail:
        lag === 0 ? 'nothing waits' : check?.heldBackSince == null ? 'catching up' : 'detector holds back',
      tone: lag > 300 ? 'bad' : 'quiet',
      place: to('incidents'),
    },
  ];
}

function number(value: number): string {
  return value.toLocaleString('en');
}
