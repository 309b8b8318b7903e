import { type ListedIncident, listIncidents } from '../../data-access/incidents.ts';
import { listRetryPauses } from '../../data-access/retry-orders.ts';
import { type LastCheck, readCheck } from '../../data-access/stuck-alarm.ts';
import { isSnoozed } from '../../domain/incident-rules.ts';
import { causeText } from '../../domain/incident-text.ts';
import { pausesOf, type RetryPause } from '../../domain/retry-orders.ts';
import { closedIncidentMark, durationText, incidentLevelMarks } from '../../domain/words.ts';
import { DataText, MarkText } from '../parts/data-text.tsx';
import { Choices, NextPage } from '../parts/links.tsx';
import { CheckCaution, CheckedAt, Empty, Pauses } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { Age, Relative } from '../parts/time-text.tsx';
import { readText, readWord } from '../read-parameters.ts';
import type { ViewContext, ViewPage } from '../view-page.ts';
import { groupPlace } from './stuck.tsx';

const INCIDENTS_PER_PAGE = 100;

export const incidentsPage: ViewPage = {
  title: 'Incidents',
  filters: ['closed', 'after'],
  show: async ({ database, parameters, context }) => {
    const { limits } = context;
    const tenant = context.tenant ?? undefined;
    const closed = readWord(parameters, 'closed', ['yes']) !== null;
    const after = readText(parameters, 'after') ?? undefined;
    const [{ rows: incidents, next }, check, pauses] = await Promise.all([
      listIncidents(database, { tenant, closed }, Math.min(limits.groups, INCIDENTS_PER_PAGE), after),
      readCheck(database),
      listRetryPauses(database),
    ]);
    const data = { incidents, next, closed, check, pauses: pausesOf(pauses, context.tenant) };
    return <IncidentList data={data} context={context} />;
  },
};

export interface IncidentListData {
  /** Worst first. */
  incidents: readonly ListedIncident[];
  /** Where the next page begins; null on the last. */
  next: string | null;
  /** Closed ones, too. */
  closed: boolean;
  check: LastCheck | undefined;
  pauses: readonly RetryPause[];
}

/** What on-call was notified of and is not over yet. */
export function IncidentList({ data, context }: { data: IncidentListData; context: ViewContext }) {
  const { incidents, check, closed, next, pauses } = data;
  const { now, links, tenant } = context;
  return (
    <section>
      <h1>{closed ? 'Incidents' : 'Open incidents'}</h1>
      <p class="lead">
        Requests stuck at one stage for one cause are one incident; <CheckedAt check={check} now={now} />.
      </p>
      <CheckCaution check={check} now={now} />
      <Pauses pauses={pauses} now={now} />
      <Choices
        name="Which"
        view="incidents"
        parameters={{ tenant }}
        parameter="closed"
        chosen={closed ? 'yes' : null}
        words={[
          { value: null, label: 'open' },
          { value: 'yes', label: 'closed ones, too' },
        ]}
        links={links}
      />
      {incidents.length === 0 ? (
        <Empty>
          No open incident. One opens with the first request found stuck, and closes after five quiet minutes.
        </Empty>
      ) : (
        <Table
          caption="Incidents, worst first"
          rows={incidents}
          links={links}
          columns={[
            {
              name: 'Level',
              cell: ({ level, closedAt }) => (
                <MarkText {...(closedAt === null ? incidentLevelMarks[level] : closedIncidentMark)} />
              ),
            },
            {
              name: 'Stage and cause',
              heads: true,
              cell: (incident) => (
                <>
                  {links.link(
                    { view: 'incident', parameters: { id: String(incident.id) } },
                    <DataText value={incident.stage} most={40} />,
                  )}
                  <div class="detail">
                    <DataText value={causeText(incident)} most={160} />
                  </div>
                </>
              ),
            },
            {
              name: 'Tenant',
              cell: ({ tenant, leadKey }) => (
                <>
                  <DataText value={tenant} most={40} />
                  {leadKey === null ? null : (
                    <div class="detail">
                      notified with{' '}
                      {links.link(
                        { view: 'incident', parameters: { key: leadKey } },
                        <DataText value={leadKey} mono most={100} />,
                      )}
                    </div>
                  )}
                </>
              ),
            },
            {
              name: 'Stuck',
              numeric: true,
              cell: (incident) =>
                incident.closedAt !== null ? (
                  <span class="muted">at most {incident.peakCount.toLocaleString('en')}</span>
                ) : (
                  <>
                    {links.link(
                      groupPlace(incident),
                      <span class="count">{(incident.count - incident.awaited).toLocaleString('en')}</span>,
                    )}
                    {incident.awaited === 0 ? null : (
                      <div class="detail">{incident.awaited.toLocaleString('en')} awaited</div>
                    )}
                  </>
                ),
            },
            {
              name: 'Trend',
              cell: (incident) =>
                incident.closedAt === null ? <Trend incident={incident} now={now} /> : null,
            },
            {
              name: 'Open for',
              numeric: true,
              cell: ({ openedAt, closedAt }) =>
                closedAt === null ? (
                  <Age since={openedAt} now={now} />
                ) : (
                  durationText(closedAt.getTime() - openedAt.getTime())
                ),
            },
            {
              name: 'Notified',
              cell: ({ notifiedAt, snoozedUntil, closedAt }) => (
                <Notified
                  notifiedAt={notifiedAt}
                  snoozedUntil={closedAt === null ? snoozedUntil : null}
                  now={now}
                />
              ),
            },
            { name: 'Key', cell: ({ key }) => <DataText value={key} mono most={100} /> },
          ]}
        />
      )}
      <NextPage
        next={next}
        place={{ view: 'incidents', parameters: { tenant, closed: closed ? 'yes' : null } }}
        links={links}
      >
        More
      </NextPage>
    </section>
  );
}

function Trend({ incident, now }: { incident: ListedIncident; now: Date }) {
  const { count, trendCount, trendAt, peakCount } = incident;
  const change = count - trendCount;
  const over = durationText(now.getTime() - trendAt.getTime());
  return (
    <span class="num">
      {change === 0 ? 'steady' : `${change > 0 ? '+' : '−'}${Math.abs(change)} in ${over}`}
      {peakCount > count ? <span class="muted">, at most {peakCount}</span> : null}
    </span>
  );
}

function Notified({
  notifiedAt,
  snoozedUntil,
  now,
}: {
  notifiedAt: Date | null;
  snoozedUntil: Date | null;
  now: Date;
}) {
  if (snoozedUntil !== null && isSnoozed({ snoozedUntil }, now)) {
    return (
      <>
        snoozed, ends <Relative at={snoozedUntil} now={now} />
      </>
    );
  }
  return notifiedAt === null ? <span class="muted">not yet</span> : <Relative at={notifiedAt} now={now} />;
}
