import {
  type FoundIncident,
  findIncident,
  listMembers,
  listOutage,
  type OutageMember,
} from '../../data-access/incidents.ts';
import { type IncidentNotification, listNotifications } from '../../data-access/notifications.ts';
import { listActs, type RecordedAct } from '../../data-access/operate.ts';
import type { ListedRequest } from '../../data-access/requests.ts';
import { listRetryPauses } from '../../data-access/retry-orders.ts';
import { type LastHeard, lastHeardOf } from '../../data-access/stuck-requests.ts';
import { isSnoozed } from '../../domain/incident-rules.ts';
import { causeSentence } from '../../domain/incident-text.ts';
import { pagwCommand } from '../../domain/printable-text.ts';
import type { RetryPause } from '../../domain/retry-orders.ts';
import { closedIncidentMark, durationText, incidentLevelMarks, OTHER, plural } from '../../domain/words.ts';
import { ActsTable } from '../parts/acts-table.tsx';
import { DataText, Fact, MarkText } from '../parts/data-text.tsx';
import { Total } from '../parts/links.tsx';
import { Caution, Empty, Pauses } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { Instant, Relative } from '../parts/time-text.tsx';
import { badFilter, readText } from '../read-parameters.ts';
import { type ViewContext, ViewError, type ViewPage } from '../view-page.ts';
import { RequestList } from './request-list.tsx';
import { GroupToDo, groupPlace, ownerOf } from './stuck.tsx';

export const incidentPage: ViewPage = {
  title: 'Incident',
  filters: ['id', 'key'],
  show: async ({ database, parameters, context }) => {
    const id = readId(readText(parameters, 'id'));
    const key = readText(parameters, 'key');
    if (id === null && key === null)
      throw new ViewError(400, 'ID_MISSING', 'No incident was named.', 'Choose one of the incidents.');
    const incident = await findIncident(database, { id, key });
    if (incident === undefined || (context.tenant !== null && incident.tenant !== context.tenant))
      throw new ViewError(404, 'INCIDENT_UNKNOWN', 'There is no such incident.', 'See the incidents.');
    const { tenant } = incident;
    const isOpen = incident.closedAt === null;
    const pauses = isOpen ? await listRetryPauses(database) : [];
    const [notifications, outage, members, { rows: acts }, owner] = await Promise.all([
      listNotifications(database, incident.id, NOTIFICATIONS_SHOWN),
      listOutage(database, incident.id, context.limits.groups),
      isOpen ? listMembers(database, incident.key, context.limits.requests) : [],
      listActs(database, { incidentKey: incident.key }, ACTS_SHOWN),
      isOpen ? lastHeardOf(database, { tenant, stage: ownerOf(incident, pauses) }) : null,
    ]);
    const data = { incident, notifications, outage, members, acts, owner, pauses };
    return <Incident data={data} context={context} />;
  },
};

const NOTIFICATIONS_SHOWN = 100;
const ACTS_SHOWN = 50;

function readId(text: string | null): number | null {
  if (text === null) return null;
  const id = Number(text);
  if (!/^\d{1,15}$/.test(text)) throw badFilter('The filter “id” is the number of an incident.');
  return id;
}

export interface IncidentData {
  incident: FoundIncident;
  /** Latest first. */
  notifications: readonly IncidentNotification[];
  /** The same cause at other tenants, covered by the same notifications, with this one; none where it is alone. */
  outage: readonly OutageMember[];
  /** Of an open one, longest stuck first. */
  members: readonly ListedRequest[];
  acts: readonly RecordedAct[];
  owner: LastHeard | null;
  pauses: readonly RetryPause[];
}

/** One incident: how it stands, what to do, what was notified and done, and its requests. */
function Incident({ data, context }: { data: IncidentData; context: ViewContext }) {
  const { incident, notifications, outage, members, acts, owner, pauses } = data;
  const { now, zone, links } = context;
  const { closedAt, openedAt, count, awaited, peakCount, level } = incident;
  const isOpen = closedAt === null;
  return (
    <section>
      <h1>
        {incident.errorCode === null ? null : (
          <>
            <DataText value={incident.stage} most={40} />:{' '}
          </>
        )}
        <DataText value={causeSentence(incident)} most={200} />
      </h1>
      <p class="standing">
        <MarkText {...(isOpen ? incidentLevelMarks[level] : closedIncidentMark)} />{' '}
        {isOpen
          ? `for ${durationText(now.getTime() - openedAt.getTime())}`
          : `after ${durationText(closedAt.getTime() - openedAt.getTime())}`}
        {isOpen && isSnoozed(incident, now) ? (
          <>
            {' '}
            · snoozed by <DataText value={incident.snoozedBy} most={64} />, ends{' '}
            <Relative at={incident.snoozedUntil} now={now} />
          </>
        ) : null}
      </p>
      <dl class="facts">
        <Fact name="Tenant">
          <DataText value={incident.tenant} most={64} />
        </Fact>
        {isOpen ? (
          <Fact name="Stuck">{links.link(groupPlace(incident), (count - awaited).toLocaleString('en'))}</Fact>
        ) : null}
        {isOpen ? <Fact name="Outcome awaited">{awaited.toLocaleString('en')}</Fact> : null}
        <Fact name="At most">{peakCount.toLocaleString('en')}</Fact>
        <Fact name="Opened">
          <Instant at={openedAt} now={now} zone={zone} />
        </Fact>
        {isOpen ? null : (
          <Fact name="Over">
            <Instant at={closedAt} now={now} zone={zone} />
          </Fact>
        )}
        <Fact name="Key">
          <DataText value={incident.key} most={200} mono />
        </Fact>
      </dl>
      {isOpen ? (
        <>
          <Pauses
            pauses={pauses.filter(({ tenant }) => tenant === null || tenant === incident.tenant)}
            now={now}
          />
          <GroupToDo
            group={incident}
            pauses={pauses}
            owner={owner}
            incidentKey={incident.leadKey ?? incident.key}
            context={context}
          />
          <h2>
            <Total count={count} one="request" />
          </h2>
          {members.length === 0 ? (
            <Empty>None any more; it closes once it has been quiet for some minutes.</Empty>
          ) : (
            <RequestList requests={members} context={context} />
          )}
          {members.length < count && members.length > 0 ? (
            <Caution>
              {members.length.toLocaleString('en')} of {count.toLocaleString('en')}; all of them:{' '}
              {context.links.command(
                pagwCommand('stuck', [], {
                  tenant: incident.tenant,
                  ...(incident.stage === OTHER ? {} : { stage: incident.stage }),
                  limit: String(count),
                }),
              )}
              .
            </Caution>
          ) : null}
        </>
      ) : null}
      {outage.length === 0 ? null : <OutageTable outage={outage} context={context} />}
      <h2>Notified</h2>
      <Notifications notifications={notifications} context={context} />
      {acts.length === 0 ? null : (
        <>
          <h2>Done by hand</h2>
          <ActsTable caption="Done by hand" acts={acts} now={now} links={links} aims={false} />
        </>
      )}
    </section>
  );
}

/** One notification covers the same cause at several tenants: which, and how many each. */
function OutageTable({ outage, context }: { outage: readonly OutageMember[]; context: ViewContext }) {
  const { now, zone, links } = context;
  const stuck = outage.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <h2>The same cause at {outage.length.toLocaleString('en')} tenants</h2>
      <p>
        {plural(stuck, 'request')} in all. One notification covers them, under the key of the first; a silence
        of that one silences all.
      </p>
      <Table
        caption="Incidents of this outage, largest first"
        rows={outage}
        links={links}
        columns={[
          {
            name: 'Tenant',
            heads: true,
            cell: ({ id, tenant }) =>
              links.link(
                { view: 'incident', parameters: { id: String(id) } },
                <DataText value={tenant} most={64} />,
              ),
          },
          {
            name: 'Level',
            cell: ({ level, closedAt }) => (
              <MarkText {...(closedAt === null ? incidentLevelMarks[level] : closedIncidentMark)} />
            ),
          },
          {
            name: 'Requests',
            cell: ({ id, count, awaited, peakCount, closedAt }) =>
              closedAt === null ? (
                <>
                  {links.link({ view: 'incident', parameters: { id: String(id) } }, plural(count, 'request'))}
                  {awaited === 0 ? null : <span class="muted">, {awaited.toLocaleString('en')} awaited</span>}
                </>
              ) : (
                <span class="muted">at most {peakCount.toLocaleString('en')}</span>
              ),
          },
          { name: 'Opened', cell: ({ openedAt }) => <Instant at={openedAt} now={now} zone={zone} /> },
          {
            name: 'Notifications',
            cell: ({ leadKey }) => (leadKey === null ? 'under its key' : 'with the first'),
          },
        ]}
      />
    </>
  );
}

interface NotificationsProps {
  notifications: readonly IncidentNotification[];
  context: ViewContext;
}

function Notifications({ notifications, context }: NotificationsProps) {
  const { now, zone, links } = context;
  if (notifications.length === 0) return <Empty>Nobody was notified of it.</Empty>;
  return (
    <Table
      caption="Notifications"
      rows={notifications}
      links={links}
      columns={[
        { name: 'Written', cell: ({ writtenAt }) => <Instant at={writtenAt} now={now} zone={zone} /> },
        { name: 'Kind', heads: true, cell: ({ kind }) => kind },
        {
          name: 'Sent',
          cell: ({ sentAt, supersededAt }) =>
            sentAt === null ? (
              <span class="muted">{supersededAt === null ? 'not yet' : 'a later one took its place'}</span>
            ) : (
              <Instant at={sentAt} now={now} zone={zone} />
            ),
        },
        {
          name: 'Text',
          // Its last line has several parts, far apart; a page would run them together.
          cell: ({ body }) => body.split(/\n| {5}/).map((line) => <div class="detail">{line}</div>),
        },
      ]}
    />
  );
}
