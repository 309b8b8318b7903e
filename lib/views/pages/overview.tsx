import { countDeadlines, type Deadline } from '../../data-access/decisions.ts';
import { countRejected, listRejected } from '../../data-access/rejected-messages.ts';
import { listRequests } from '../../data-access/requests.ts';
import { listRetries, measureRetries, type RetryBacklog } from '../../data-access/retry.ts';
import { countOpenRequests, type LastCheck, readCheck } from '../../data-access/stuck-alarm.ts';
import { groupStuckRequests, type StuckGroup } from '../../data-access/stuck-requests.ts';
import { durationText } from '../../domain/duration-text.ts';
import { toRetryFilter } from '../../domain/retry-filter.ts';
import { defaultStageLimits } from '../../domain/stage-limits.ts';
import type { Tone } from '../../domain/words.ts';
import type { Place } from '../../reports/place.ts';
import { CheckCaution, CheckedAt } from '../parts/check-freshness.tsx';
import { Empty } from '../parts/notice.tsx';
import type { ViewContext, ViewPage } from '../view-page.ts';
import { MOST_COUNTED } from './rejected.tsx';
import { sinceOf } from './report-time.ts';
import { type RequestInList, RequestList } from './request-list.tsx';
import { GroupTable } from './stuck.tsx';

const LATEST_SHOWN = 8;

export const overviewPage: ViewPage = {
  title: 'Overview',
  filters: [],
  show: async ({ database, context }) => {
    const { now } = context;
    const tenant = context.tenant ?? undefined;
    const refused = { tenant, since: sinceOf('24h', now) };
    const [groups, open, retries, due, deadlines, rejected, lastRejected, check, latest] = await Promise.all([
      groupStuckRequests(database, now, { tenant }),
      countOpenRequests(database, context.tenant),
      measureRetries(database, now, context.tenant),
      listRetries(database, { filter: toRetryFilter({ tenant }), state: 'due', now, limit: 1 }),
      countDeadlines(database, { tenant: context.tenant, now }),
      countRejected(database, refused, MOST_COUNTED),
      listRejected(database, refused, 1),
      readCheck(database),
      listRequests(database, { tenant }, LATEST_SHOWN),
    ]);
    const data = {
      groups,
      open,
      deadlines,
      retries,
      retriesDue: due.total,
      rejected: {
        count: rejected,
        more: rejected === MOST_COUNTED,
        latestAt: lastRejected.rows[0]?.rejectedAt ?? null,
      },
      check,
      latest: latest.rows,
    };
    return <Overview data={data} context={context} />;
  },
};

export interface OverviewData {
  groups: readonly StuckGroup[];
  /** Requests in flight. */
  open: number;
  deadlines: Readonly<Record<Deadline['risk'], number>>;
  retries: RetryBacklog;
  /** Due and not in a run's hands. */
  retriesDue: number;
  rejected: RejectedCount;
  check: LastCheck | undefined;
  latest: readonly RequestInList[];
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
  const { groups, check, latest } = data;
  const { now, links, tenant } = context;
  return (
    <section>
      <h1>Overview</h1>
      <p class="lead">
        {links.link(
          { view: 'search', parameters: { tenant, open: 'yes' } },
          `${number(data.open)} requests in flight`,
        )}
        , <CheckedAt check={check} now={now} />
      </p>
      <CheckCaution check={check} now={now} />
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
        <GroupTable groups={groups.slice(0, GROUPS_SHOWN)} context={context} />
      )}
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
  { groups, deadlines, retries, retriesDue: due, rejected, check }: OverviewData,
  context: ViewContext,
): FigureProps[] {
  const { now, tenant } = context;
  const to = (view: Place['view'], parameters: Record<string, string> = {}): Place => ({
    view,
    parameters: { tenant, ...parameters },
  });
  const stuck = sum(groups, ({ count }) => count);
  const oldest = Math.min(...groups.map(({ oldestSince }) => oldestSince.getTime()));
  const { breached } = deadlines;
  const atRisk = deadlines.urgent + deadlines['at-risk'];
  const { held, exhausted, oldestDueSeconds: oldestDue } = retries;
  const isOverdue = oldestDue > defaultStageLimits.retryOverdue;
  const lag = check?.lagSeconds ?? 0;
  return [
    {
      name: 'Stuck',
      value: number(stuck),
      detail: stuck === 0 ? 'all are moving' : `oldest ${durationText(now.getTime() - oldest)}`,
      tone: stuck === 0 ? 'quiet' : 'bad',
      place: to('stuck'),
    },
    {
      name: 'Deadlines',
      value: number(breached + atRisk),
      detail: breached > 0 ? `${breached} overdue` : atRisk > 0 ? 'at risk' : 'none at risk',
      tone: breached > 0 ? 'bad' : atRisk > 0 ? 'warn' : 'quiet',
      place: to('deadlines'),
    },
    {
      name: 'Retries due',
      value: number(due),
      detail:
        due === 0
          ? held > 0
            ? `${held} held back`
            : 'none waiting'
          : `oldest ${durationText(oldestDue * 1_000)}${isOverdue ? ', overdue' : ''}`,
      tone: isOverdue ? 'bad' : due > 0 ? 'retry' : 'quiet',
      place: to('retries', { state: due === 0 && held > 0 ? 'held' : 'due' }),
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

function sum<Row>(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}
