import { NONE_STATED } from '../../data-access/failures.ts';
import { countAwaited } from '../../data-access/incidents.ts';
import type { Page } from '../../data-access/page.ts';
import { listRetryPauses } from '../../data-access/retry-orders.ts';
import { type LastCheck, readCheck } from '../../data-access/stuck-alarm.ts';
import {
  groupStuckRequests,
  type LastHeard,
  lastHeardOf,
  listStuckRequests,
  type StuckGroup,
  type StuckGroups,
  type StuckRequest,
} from '../../data-access/stuck-requests.ts';
import { groupCommands, isAwaited, nextStepOfGroup } from '../../domain/next-step.ts';
import { pagwCommand } from '../../domain/printable-text.ts';
import { coveringPause, pausesOf, type RetryPause } from '../../domain/retry-orders.ts';
import {
  actsByItself,
  automaticText,
  deadlineRiskMarks,
  durationText,
  OTHER,
  plural,
  reasonText,
  retryStateMarks,
  type Mark as StateMark,
  stuckReasons,
} from '../../domain/words.ts';
import type { Place } from '../../reports/report.ts';
import { cutText, DataText, MarkText } from '../parts/data-text.tsx';
import { Choices, NextPage, RequestLink, Total } from '../parts/links.tsx';
import { Caution, CheckCaution, CheckedAt, Empty, PausedBy, Pauses } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { Age, Relative } from '../parts/time-text.tsx';
import { WhatToDo } from '../parts/what-to-do.tsx';
import { badFilter, readText, readWord } from '../read-parameters.ts';
import type { ViewContext, ViewPage, ViewParameters } from '../view-page.ts';

export const stuckPage: ViewPage = {
  title: 'Stuck',
  filters: ['stage', 'reason', 'error', 'target', 'risk', 'after', 'page'],
  show: async ({ database, parameters, context }) => {
    const filter = {
      stage: readText(parameters, 'stage'),
      reason: readWord(parameters, 'reason', stuckReasons),
      error: readText(parameters, 'error'),
      target: readText(parameters, 'target'),
      risk: readWord(parameters, 'risk', ['at-risk', 'breached']),
    };
    const question = {
      tenant: context.tenant ?? undefined,
      stage: filter.stage ?? undefined,
      reason: filter.reason ?? undefined,
      errorCode: filter.error ?? undefined,
      targetSystem: filter.target ?? undefined,
      risk: filter.risk ?? undefined,
    };
    const isFiltered = Object.values(filter).some((part) => part !== null);
    const after = readText(parameters, 'after') ?? undefined;
    if (after !== undefined && !isFiltered)
      throw badFilter(
        'The filter “after” goes on with a list of requests; choose a stage or a reason with it.',
      );
    const [stuck, requests, check, pauses, awaited] = await Promise.all([
      groupStuckRequests(database, context.now, question),
      isFiltered ? listStuckRequests(database, question, context.limits.requests, after) : null,
      readCheck(database),
      listRetryPauses(database),
      isFiltered ? 0 : countAwaited(database, context.tenant),
    ]);
    const [only, ...others] = stuck.groups;
    const group =
      isFiltered && only !== undefined && others.length === 0 && only.stage !== OTHER ? only : null;
    const owner =
      group && (await lastHeardOf(database, { tenant: group.tenant, stage: ownerOf(group, pauses) }));
    const page = readPageNumber(parameters);
    const data = { filter, page, stuck, requests, check, pauses, owner, awaited };
    return <StuckBoard data={data} context={context} />;
  },
};

export interface StuckBoardData {
  /** Null does not narrow; `-` is the lack of an error code or a downstream. */
  filter: {
    stage: string | null;
    reason: string | null;
    error: string | null;
    target: string | null;
    risk: 'at-risk' | 'breached' | null;
  };
  stuck: StuckGroups;
  /** Of groups, from 1 on. */
  page: number;
  /** Longest stuck first; null where no group was chosen. */
  requests: Page<StuckRequest> | null;
  check: LastCheck | undefined;
  pauses: readonly RetryPause[];
  /** Who works on the stage of the one group that is shown. */
  owner: LastHeard | null;
  /** Beside those that are stuck: of open incidents, what waits for an outcome. */
  awaited: number;
}

/** What is stuck, by stage, cause and downstream, and what will happen by itself. */
export function StuckBoard({ data, context }: { data: StuckBoardData; context: ViewContext }) {
  const { requests, check, filter } = data;
  const { groups, total, groupCount } = data.stuck;
  const { now, limits, links } = context;
  const perPage = Math.min(limits.groups, GROUPS_PER_PAGE);
  const pages = Math.max(1, Math.ceil(groups.length / perPage));
  const page = Math.min(data.page, pages);
  const shown = groups.slice((page - 1) * perPage, page * perPage);
  const isFiltered = Object.values(filter).some((part) => part !== null);
  const [only] = groups;
  return (
    <section>
      <h1>Stuck requests</h1>
      <p class="lead">
        <Total count={total} one="request" /> in {groupCount.toLocaleString('en')}{' '}
        {groupCount === 1 ? 'group' : 'groups'}, <CheckedAt check={check} now={now} />
        {isFiltered ? (
          <>
            {' '}
            · only <FilterText filter={filter} />{' '}
            {links.link({ view: 'stuck', parameters: { tenant: context.tenant } }, 'show all')}
          </>
        ) : null}
      </p>
      <CheckCaution check={check} now={now} />
      <Pauses pauses={pausesOf(data.pauses, context.tenant)} now={now} />
      <Awaited awaited={data.awaited} context={context} />
      <GroupChoices groups={groups} filter={filter} context={context} />
      {only !== undefined && isFiltered && groups.length === 1 && only.stage !== OTHER ? (
        <GroupToDo group={only} pauses={data.pauses} owner={data.owner} context={context} />
      ) : null}
      {groups.length === 0 ? (
        <Empty>
          {isFiltered ? 'Nothing stuck matches.' : 'No stuck requests'}; <CheckedAt check={check} now={now} />
          .
        </Empty>
      ) : (
        <GroupTable groups={shown} pauses={data.pauses} context={context} />
      )}
      <Pager page={page} pages={pages} filter={filter} context={context} />
      {groupCount > groups.length ? (
        <Caution>
          The {groups.length.toLocaleString('en')} largest of {groupCount.toLocaleString('en')} groups. Choose
          a tenant or a stage to see others, or list every request with{' '}
          {context.links.command(`pagw stuck -o csv --limit ${total}`)}.
        </Caution>
      ) : null}
      {requests === null ? null : (
        <RequestTable requests={requests} filter={filter} total={total} context={context} />
      )}
    </section>
  );
}

/** What was stuck and is not over: it moves, or is about to. */
export function Awaited({ awaited, context: { links, tenant } }: { awaited: number; context: ViewContext }) {
  if (awaited === 0) return <></>;
  return (
    <p class="lead">
      {plural(awaited, 'more request')} {awaited === 1 ? 'was' : 'were'} sent again, or will be by a planned
      retry: outcome awaited, in {links.link({ view: 'incidents', parameters: { tenant } }, 'open incidents')}
      .
    </p>
  );
}

/** Rows of a page that is read at a glance, and drawn at once. */
const GROUPS_PER_PAGE = 100;

function readPageNumber(parameters: ViewParameters): number {
  const page = readText(parameters, 'page') ?? '1';
  if (!/^[1-9]\d{0,3}$/.test(page)) throw badFilter('The filter “page” is a number from 1 on.');
  return Number(page);
}

interface GroupChoicesProps {
  groups: readonly StuckGroup[];
  filter: StuckBoardData['filter'];
  context: ViewContext;
}

/** The causes and stages that there are to choose from, where there is more than one. */
function GroupChoices({ groups, filter, context }: GroupChoicesProps) {
  const { links, tenant } = context;
  if (filter.error !== null || filter.target !== null) return <></>;
  const parameters = { tenant, ...filter };
  const reasons = [...new Set(groups.map(({ reason }) => reason))].sort();
  const stages = [...new Set(groups.map(({ stage }) => stage))].filter((stage) => stage !== OTHER).sort();
  const choices = [
    { name: 'Cause', parameter: 'reason', chosen: filter.reason, words: reasons, label: reasonText },
    {
      name: 'Stage',
      parameter: 'stage',
      chosen: filter.stage,
      words: stages,
      label: (stage: string) => stage,
    },
  ];
  return (
    <>
      {choices.map(({ name, parameter, chosen, words, label }) =>
        chosen === null && words.length < 2 ? null : (
          <Choices
            name={name}
            view="stuck"
            parameters={parameters}
            parameter={parameter}
            chosen={chosen}
            words={[
              { value: null, label: `every ${name.toLowerCase()}` },
              ...words.slice(0, MOST_CHOICES).map((value) => ({ value, label: cutText(label(value), 40) })),
            ]}
            links={links}
          />
        ),
      )}
    </>
  );
}

/** Producers may make up stages. */
const MOST_CHOICES = 16;

interface PagerProps {
  page: number;
  pages: number;
  filter: StuckBoardData['filter'];
  context: ViewContext;
}

function Pager({ page, pages, filter, context: { links, tenant } }: PagerProps) {
  if (pages === 1) return <></>;
  const place = (number: number): Place => ({
    view: 'stuck',
    parameters: { tenant, ...filter, page: number === 1 ? null : String(number) },
  });
  return (
    <p class="pager">
      Page {page} of {pages} {page === 1 ? null : links.link(place(page - 1), 'Larger ones')}{' '}
      {page === pages ? null : links.link(place(page + 1), 'Smaller ones')}
    </p>
  );
}

interface GroupToDoProps {
  group: Pick<StuckGroup, 'tenant' | 'stage' | 'reason' | 'errorCode' | 'targetSystem'> & {
    count: number;
    awaited?: number;
  };
  pauses: readonly RetryPause[];
  owner: LastHeard | null;
  /** Of the incident that the group is, where it is one. */
  incidentKey?: string;
  context: ViewContext;
}

/** What to do about requests that stand at one stage for one cause. */
export function GroupToDo({ group, pauses, owner, incidentKey, context }: GroupToDoProps) {
  const { tenant, stage, errorCode, targetSystem } = group;
  const pause = coveringPause(pauses, group);
  const step = nextStepOfGroup(group, pause !== undefined);
  const aims = {
    batch: { tenant, stage, errorCode, downstream: targetSystem },
    pause: { tenant, stage, downstream: targetSystem },
    ...(pause && { resume: { tenant: pause.tenant, stage: pause.stage, downstream: pause.downstream } }),
    ...(incidentKey !== undefined && { snooze: { key: incidentKey } }),
  };
  const acts = incidentKey === undefined ? step.acts : [...step.acts, 'snooze' as const];
  return (
    <WhatToDo
      step={{ ...step, acts }}
      aims={aims}
      owner={owner}
      commands={
        incidentKey !== undefined && isAwaited(group) && pause === undefined
          ? [pagwCommand('incident show', [incidentKey])]
          : groupCommands(step, group)
      }
      context={context}
    />
  );
}

/** Whose stage has to act. */
export function ownerOf(group: GroupToDoProps['group'], pauses: readonly RetryPause[]): string | null {
  return nextStepOfGroup(group, coveringPause(pauses, group) !== undefined).ownerStage;
}

interface GroupTableProps {
  groups: readonly StuckGroup[];
  pauses: readonly RetryPause[];
  context: ViewContext;
}

/** The groups alone, for the board and the overview. */
export function GroupTable({ groups, pauses, context }: GroupTableProps) {
  const { now, links } = context;
  return (
    <Table
      caption="Groups of stuck requests"
      rows={groups}
      links={links}
      columns={[
        {
          name: 'Stuck',
          numeric: true,
          cell: (group) =>
            links.link(groupPlace(group), <span class="count">{group.count.toLocaleString('en')}</span>),
        },
        {
          name: 'Stage and cause',
          heads: true,
          cell: ({ stage, reason, errorCode, targetSystem }) => (
            <>
              <DataText value={stage} most={40} /> <span class="cause">{reasonText(reason)}</span>
              <div class="detail">
                {errorCode === null ? null : <DataText value={errorCode} most={64} mono />}
                {targetSystem === null ? null : (
                  <>
                    {' '}
                    at <DataText value={targetSystem} most={40} />
                  </>
                )}
              </div>
            </>
          ),
        },
        { name: 'Tenant', cell: ({ tenant }) => <DataText value={tenant} most={40} /> },
        { name: 'Oldest', numeric: true, cell: ({ oldestSince }) => <Age since={oldestSince} now={now} /> },
        { name: 'Deadline', cell: (group) => <GroupDeadline group={group} context={context} /> },
        {
          name: 'By itself',
          cell: (group) => <ByItself group={group} pauses={pauses} now={now} />,
        },
        {
          name: 'Requests',
          cell: (group) => (
            <ul class="samples">
              {group.sampleIds.map((pagwId) => (
                <li>
                  <RequestLink pagwId={pagwId} links={links} />
                </li>
              ))}
              {group.count > group.sampleIds.length ? (
                <li>{links.link(groupPlace(group), `all ${group.count.toLocaleString('en')}`)}</li>
              ) : null}
            </ul>
          ),
        },
      ]}
    />
  );
}

function ByItself({ group, pauses, now }: { group: StuckGroup; pauses: readonly RetryPause[]; now: Date }) {
  const { reason } = group;
  const pause = coveringPause(pauses, group);
  if (pause !== undefined)
    return (
      <>
        <MarkText {...retryStateMarks.paused} />
        <div class="detail">
          <PausedBy pause={pause} now={now} />
        </div>
      </>
    );
  return <span class={actsByItself(reason) ? undefined : 'muted'}>{automaticText(reason)}</span>;
}

function GroupDeadline({ group, context }: { group: StuckGroup; context: ViewContext }) {
  const { now, links } = context;
  const { breached, nextDueAt } = group;
  const atRisk = group.atRisk + group.urgent;
  const due = nextDueAt === null ? '' : `, ${durationText(nextDueAt.getTime() - now.getTime())} left`;
  if (breached + atRisk === 0) return <span class="none">–</span>;
  return (
    <>
      {breached === 0 ? null : (
        <div>
          {links.link(
            groupPlace(group, 'breached'),
            <CountMark count={breached} mark={deadlineRiskMarks.breached} />,
          )}
        </div>
      )}
      {atRisk === 0 ? null : (
        <div>
          {links.link(
            groupPlace(group, 'at-risk'),
            <CountMark count={atRisk} mark={deadlineRiskMarks['at-risk']} then={due} />,
          )}
        </div>
      )}
    </>
  );
}

function CountMark({ count, mark, then = '' }: { count: number; mark: StateMark; then?: string }) {
  return <MarkText {...mark} word={`${count.toLocaleString('en')} ${mark.word}${then}`} />;
}

interface RequestTableProps {
  requests: Page<StuckRequest>;
  filter: StuckBoardData['filter'];
  total: number;
  context: ViewContext;
}

function RequestTable({ requests: { rows, next }, filter, total, context }: RequestTableProps) {
  const { now, links, tenant } = context;
  return (
    <>
      <h2>Requests, longest stuck first</h2>
      {rows.length < total ? (
        <Caution>
          {rows.length.toLocaleString('en')} of {total.toLocaleString('en')}.
        </Caution>
      ) : null}
      <Table
        caption="Stuck requests"
        rows={rows}
        links={links}
        columns={[
          {
            name: 'Request',
            heads: true,
            cell: ({ pagwId }) => <RequestLink pagwId={pagwId} links={links} />,
          },
          { name: 'Tenant', cell: ({ tenant }) => <DataText value={tenant} most={40} /> },
          { name: 'Stuck for', numeric: true, cell: ({ since }) => <Age since={since} now={now} /> },
          {
            name: 'Stage',
            cell: ({ stage, nextStage, reason }) => (
              <>
                <DataText value={stage} most={40} />
                {reason === 'hand-off-lost' && nextStage !== null ? (
                  <span class="muted">
                    {' '}
                    → <DataText value={nextStage} most={40} />
                  </span>
                ) : null}
              </>
            ),
          },
          { name: 'Cause', cell: ({ reason }) => reasonText(reason) },
          { name: 'Error', cell: ({ errorCode }) => <DataText value={errorCode} most={64} mono /> },
          { name: 'Decision due', cell: ({ decisionDueAt }) => <Relative at={decisionDueAt} now={now} /> },
        ]}
      />
      <NextPage next={next} place={{ view: 'stuck', parameters: { tenant, ...filter } }} links={links}>
        Later ones
      </NextPage>
    </>
  );
}

function FilterText({ filter }: { filter: StuckBoardData['filter'] }) {
  const { stage, reason, error, target, risk } = filter;
  return (
    <>
      {stage === null ? null : <DataText value={stage} most={40} />}{' '}
      {reason === null ? null : <DataText value={reason} most={40} />}{' '}
      {error === null || error === NONE_STATED ? null : <DataText value={error} most={64} mono />}{' '}
      {target === null || target === NONE_STATED ? null : (
        <>
          at <DataText value={target} most={40} />{' '}
        </>
      )}
      {risk === null ? null : deadlineRiskMarks[risk].word}
    </>
  );
}

/** Where the requests of a group stand; or those of them whose decision is overdue or at risk. */
export function groupPlace(
  group: Pick<StuckGroup, 'tenant' | 'stage' | 'reason' | 'errorCode' | 'targetSystem'>,
  risk: StuckBoardData['filter']['risk'] = null,
): Place {
  const { tenant, stage, reason, errorCode, targetSystem } = group;
  // Folded causes have no stage of their own: all of the reason are shown.
  if (stage === OTHER) return { view: 'stuck', parameters: { tenant, reason, risk } };
  const parameters = {
    tenant,
    stage,
    reason,
    error: errorCode ?? NONE_STATED,
    target: targetSystem ?? NONE_STATED,
    risk,
  };
  return { view: 'stuck', parameters };
}
