import { type KeptIncident, listOpenIncidents } from '../../data-access/incidents.ts';
import { type LastCheck, readCheck } from '../../data-access/stuck-alarm.ts';
import { isSnoozed } from '../../domain/incident-rules.ts';
import { causeText } from '../../domain/incident-text.ts';
import { durationText, incidentLevelMarks } from '../../domain/words.ts';
import { CheckCaution, CheckedAt } from '../parts/check-freshness.tsx';
import { DataText } from '../parts/data-text.tsx';
import { Caution, Empty } from '../parts/notice.tsx';
import { Mark } from '../parts/status-mark.tsx';
import { Table } from '../parts/table.tsx';
import { Age, Relative } from '../parts/time-text.tsx';
import type { ViewContext, ViewPage } from '../view-page.ts';
import { groupPlace } from './stuck.tsx';

export const incidentsPage: ViewPage = {
  title: 'Incidents',
  filters: [],
  show: async ({ database, context }) => {
    const { tenant, limits } = context;
    const [incidents, check] = await Promise.all([
      listOpenIncidents(database, tenant, limits.groups + 1),
      readCheck(database),
    ]);
    return <IncidentList data={{ incidents, check }} context={context} />;
  },
};

export interface IncidentListData {
  incidents: readonly KeptIncident[];
  check: LastCheck | undefined;
}

/** What on-call was told of and is not over yet. */
export function IncidentList({ data, context }: { data: IncidentListData; context: ViewContext }) {
  const { incidents, check } = data;
  const { now, links, limits } = context;
  return (
    <section>
      <h1>Open incidents</h1>
      <p class="lead">
        Requests stuck at one stage for one cause are one incident; <CheckedAt check={check} now={now} />.
      </p>
      <CheckCaution check={check} now={now} />
      {incidents.length === 0 ? (
        <Empty>
          No open incident. One opens with the first request found stuck, and closes after five quiet minutes.
        </Empty>
      ) : (
        <Table
          caption="Open incidents"
          rows={incidents.slice(0, limits.groups)}
          columns={[
            { name: 'Level', cell: ({ level }) => <Mark {...incidentLevelMarks[level]} /> },
            {
              name: 'Stage and cause',
              heads: true,
              cell: (incident) => (
                <>
                  <DataText value={incident.stage} most={40} />
                  <div class="detail">
                    <DataText value={causeText(incident)} most={160} />
                  </div>
                </>
              ),
            },
            { name: 'Tenant', cell: ({ tenant }) => <DataText value={tenant} most={40} /> },
            {
              name: 'Stuck',
              numeric: true,
              cell: (incident) =>
                links.link(
                  groupPlace(incident),
                  <span class="count">{incident.count.toLocaleString('en')}</span>,
                ),
            },
            { name: 'Trend', cell: (incident) => <Trend incident={incident} now={now} /> },
            { name: 'Open for', numeric: true, cell: ({ openedAt }) => <Age since={openedAt} now={now} /> },
            {
              name: 'Told',
              cell: ({ toldAt, snoozedUntil }) => (
                <Told toldAt={toldAt} snoozedUntil={snoozedUntil} now={now} />
              ),
            },
            { name: 'Key', cell: ({ key }) => <DataText value={key} mono most={100} /> },
          ]}
        />
      )}
      {incidents.length > limits.groups ? (
        <Caution>
          The oldest {limits.groups}; there are more. Choose a tenant, or use <code>pagw incident list</code>.
        </Caution>
      ) : null}
    </section>
  );
}

function Trend({ incident, now }: { incident: KeptIncident; now: Date }) {
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

function Told({ toldAt, snoozedUntil, now }: { toldAt: Date | null; snoozedUntil: Date | null; now: Date }) {
  if (snoozedUntil !== null && isSnoozed({ snoozedUntil }, now)) {
    return (
      <>
        snoozed, <Relative at={snoozedUntil} now={now} />
      </>
    );
  }
  return toldAt === null ? <span class="muted">not yet</span> : <Relative at={toldAt} now={now} />;
}
