import { eventTypes, stages, unknownStage } from '../domain/event-catalogue.ts';
import { isOperatorAction, operatorActions } from '../domain/operator-actions.ts';
import { rejectionHints } from '../domain/rejection.ts';
import { eventStatuses } from '../domain/tracked-event.ts';
import { nearestNames, requestNamed } from '../domain/typed-text.ts';
import { droppedMonthsText } from './archive.ts';
import type { Database } from './database.ts';
import { readBounded } from './page.ts';
import { EACH_TENANT, listTenants, searchRequests } from './requests.ts';

type Kind =
  | 'tenant'
  | 'stage'
  | 'type'
  | 'request type'
  | 'status'
  | 'error code'
  | 'downstream'
  | 'rejection code'
  | 'plan'
  | 'delegate'
  | 'action'
  | 'person'
  | 'request';

/** A name that exists nowhere: an answer that nothing matches would not be true. */
export class UnknownNameError extends Error {
  override readonly name = 'UnknownNameError';
  readonly kind: Kind;
  readonly nearest: readonly string[];
  /** Where else it may have stood, in a sentence. */
  readonly gone: string | undefined;

  constructor(kind: Kind, nearest: readonly string[], gone?: string) {
    super(kind === 'request' ? 'No request of this id is known here.' : `No ${kind} of this name is known.`);
    this.kind = kind;
    this.nearest = nearest;
    this.gone = gone;
  }

  /** `ERROR_CODE_UNKNOWN`. */
  get code(): string {
    return `${this.kind.toUpperCase().replace(' ', '_')}_UNKNOWN`;
  }

  /** What to do next. */
  get hint(): string {
    const way = this.nearest.length > 0 ? `Did you mean ${this.nearest.join(', ')}?` : WAYS_ON[this.kind];
    return this.gone === undefined ? way : `${way} ${this.gone}`;
  }
}

const HEARD_OF = 'is known from the first event on that names it.';
const WAYS_ON: Readonly<Record<Kind, string>> = {
  tenant: 'Check the spelling; a tenant is known from its first event on.',
  stage: `The stages are ${stages.join(', ')}.`,
  type: `Check the spelling; an event type beside the catalogue ${HEARD_OF}`,
  'request type': `Check the spelling; a request type ${HEARD_OF}`,
  status: `The statuses are ${eventStatuses.join(', ')}.`,
  'error code': `Check the spelling; an error code ${HEARD_OF}`,
  downstream: `Check the spelling; a downstream ${HEARD_OF}`,
  action: `The actions are ${operatorActions.join(', ')}.`,
  person: 'See who acted with `pagw audit`.',
  request:
    'A request appears with its first event. See `pagw request list` and, if its events were refused, `pagw rejected list`.',
  plan: `Check the spelling; a plan ${HEARD_OF}`,
  delegate: `Check the spelling; a delegate ${HEARD_OF} Who else holds requests is us or provider.`,
  'rejection code': 'Check the spelling; each refused event is listed with its code.',
};

/** Names as the database writes them; null and absent ones are not looked at. */
export interface StatedNames {
  tenant?: string | null | undefined;
  stage?: string | null | undefined;
  eventType?: string | null | undefined;
  errorCode?: string | null | undefined;
  /** As metadata.targetSystem names it. */
  downstream?: string | null | undefined;
  requestType?: string | null | undefined;
  /** Why a message was refused. */
  rejectionCode?: string | null | undefined;
  /** What was done by hand: `retry.pause`, or `retry` for all that begins so. */
  action?: string | null | undefined;
  /** Who did it. */
  actedBy?: string | null | undefined;
  pagwId?: string | null | undefined;
  /** In any case. */
  plan?: string | null | undefined;
  /** Who decides in the plan's place, in any case. */
  delegate?: string | null | undefined;
}

/**
 * Refuses names that nothing was ever recorded of; a stage or type of the catalogue always exists, and before the first
 * event any tenant may.
 * @throws UnknownNameError
 */
export async function refuseUnknownNames(database: Database, names: StatedNames): Promise<void> {
  const { tenant, stage, eventType, errorCode, downstream, requestType, rejectionCode, plan, delegate } =
    names;
  const { action, actedBy, pagwId } = names;
  if (tenant && !(await isKnown(database, 'tenant', tenant))) {
    const known = await listTenants(database);
    if (known.length > 0) throw new UnknownNameError('tenant', nearestNames(tenant, known));
  }
  if (stage && !isOfCatalogue(stage) && !(await wasRecorded(database, 'stage', stage)))
    throw new UnknownNameError('stage', nearestNames(stage, stages));
  if (eventType && !eventTypes.has(eventType) && !(await wasRecorded(database, 'type', eventType)))
    throw new UnknownNameError('type', nearestNames(eventType, eventTypes.keys()));
  if (errorCode && !(await isHeardOf(database, 'error_code', errorCode))) {
    const near = nearestNames(errorCode, await listErrorCodes(database));
    throw new UnknownNameError('error code', near, await droppedMonthsText(database));
  }
  if (downstream && !(await isKnownOfRequests(database, 'downstream', 'target_system', downstream))) {
    const near = nearestNames(downstream, await listLatest(database, 'target_system'));
    throw new UnknownNameError('downstream', near, await droppedMonthsText(database));
  }
  if (requestType && !(await isKnownOfRequests(database, 'request type', 'request_type', requestType))) {
    const latest = await listLatest(database, 'request_type');
    throw new UnknownNameError('request type', nearestNames(requestType, latest));
  }
  const codes = Object.keys(rejectionHints);
  if (
    rejectionCode &&
    !codes.includes(rejectionCode) &&
    !(await isKnown(database, 'rejection code', rejectionCode))
  )
    throw new UnknownNameError('rejection code', nearestNames(rejectionCode, codes));
  if (action && !isOperatorAction(action) && !(await isKnown(database, 'action', action)))
    throw new UnknownNameError('action', nearestNames(action, operatorActions));
  if (actedBy && !(await isKnown(database, 'person', actedBy)))
    throw new UnknownNameError('person', nearestNames(actedBy, await listPeople(database)));
  if (pagwId && !(await isKnown(database, 'request', pagwId))) throw await unknownRequest(database, pagwId);
  for (const [kind, name] of [
    ['plan', plan],
    ['delegate', delegate],
  ] as const)
    if (name && !(await isKnown(database, kind, name)))
      throw new UnknownNameError(kind, nearestNames(name, await listOfEpisodes(database, kind)));
}

const EVENT_COLUMNS = { stage: 'stage', type: 'event_type' } as const;

async function wasRecorded(database: Database, kind: 'stage' | 'type', name: string): Promise<boolean> {
  return (await isHeardOf(database, EVENT_COLUMNS[kind], name)) || isKnown(database, kind, name);
}

/** A request keeps the name when its events were dropped, and has it before it is summarised. */
async function isKnownOfRequests(
  database: Database,
  kind: 'downstream' | 'request type',
  column: RequestColumn,
  name: string,
): Promise<boolean> {
  return (await isKnown(database, kind, name)) || (await listLatest(database, column, name)).length > 0;
}

/** @throws UnknownNameError for a holder that is neither us, the provider nor a delegate that was ever named. */
export async function refuseUnknownHolder(database: Database, held: string): Promise<void> {
  if (!/^(us|provider)$/i.test(held)) await refuseUnknownNames(database, { delegate: held });
}

/** Of an id that is not there, or not this tenant's: in another case, with marks around it, or in part it may be. */
export async function unknownRequest(
  database: Database,
  pagwId: string,
  tenant?: string,
): Promise<UnknownNameError> {
  const meant = await searchRequests(database, requestNamed(pagwId), { tenant, limit: 3 });
  return new UnknownNameError(
    'request',
    meant.map((request) => request.pagwId),
  );
}

async function listPeople(database: Database): Promise<string[]> {
  const { rows } = await readBounded<{ name: string }>(
    database,
    'SELECT acted_by AS name FROM operator_action GROUP BY acted_by ORDER BY max(acted_at) DESC LIMIT 1000',
    {},
  );
  return rows.map(({ name }) => name);
}

function isOfCatalogue(stage: string): boolean {
  return stage === unknownStage || stage === 'OPERATOR' || stages.some((known) => known === stage);
}

/** Where a name stands once it was heard of, each place found by an index but for acts by hand: thousands, not millions. */
const PLACES = {
  tenant: ['request_tracker WHERE tenant = :name', 'rejected_message WHERE tenant = :name'],
  // The summary keeps the names of events whose months were dropped; it is read as by a report of all time, by days.
  stage: ["summary_between(NULL, '1970-01-01T00:00:00Z') WHERE stage = :name"],
  type: ["summary_between(NULL, '1970-01-01T00:00:00Z') WHERE event_type = :name"],
  downstream: [
    "event_tracker WHERE metadata @> jsonb_build_object('targetSystem', :name::text)",
    'retry_pause WHERE target_system = :name',
  ],
  'request type': ['flow_summary WHERE request_type = :name'],
  'rejection code': ['rejected_message WHERE code = :name'],
  plan: ['decision_episode WHERE lower(plan) = lower(:name)'],
  delegate: ['decision_episode WHERE lower(delegate) = lower(:name)'],
  action: ['operator_action WHERE action = :name'],
  person: ['operator_action WHERE acted_by = :name'],
  request: ['request_tracker WHERE pagw_id = :name', "operator_action WHERE filter ->> 'pagwId' = :name"],
} as const;

async function isKnown(database: Database, kind: keyof typeof PLACES, name: string): Promise<boolean> {
  for (const whereHeard of PLACES[kind]) {
    const { rows } = await database.execute<{ known: boolean }>(
      `SELECT EXISTS (SELECT FROM ${whereHeard}) AS known`,
      { name },
    );
    if (rows[0]?.known) return true;
  }
  return false;
}

type NameColumn = 'stage' | 'event_type' | 'error_code';

/** Producers may have names of their own: one step into an index for each tenant. */
async function isHeardOf(database: Database, ofEvent: NameColumn, name: string): Promise<boolean> {
  const { rows } = await database.execute<{ known: boolean }>(
    `WITH RECURSIVE ${EACH_TENANT}
     SELECT EXISTS (
       SELECT
       FROM each_tenant
       JOIN event_tracker ON event_tracker.tenant = each_tenant.tenant AND event_tracker.${ofEvent} = :name
     ) AS known`,
    { name, tenant: null },
  );
  return rows[0]?.known ?? false;
}

/** Those with the most requests: what a misspelt one most likely means is among them. */
async function listOfEpisodes(database: Database, ofEpisode: 'plan' | 'delegate'): Promise<string[]> {
  const { rows } = await readBounded<{ listed: string }>(
    database,
    `SELECT min(${ofEpisode}) AS listed
     FROM decision_episode
     WHERE ${ofEpisode} IS NOT NULL
     GROUP BY lower(${ofEpisode})
     ORDER BY count(*) DESC, lower(${ofEpisode})
     LIMIT 1000`,
    {},
  );
  return rows.map(({ listed }) => listed);
}

/** What a misspelt one most likely means is among the latest failures of each tenant. */
async function listErrorCodes(database: Database): Promise<string[]> {
  const { rows } = await readBounded<{ errorCode: string }>(
    database,
    `WITH RECURSIVE ${EACH_TENANT}
     SELECT DISTINCT error_code
     FROM each_tenant
     CROSS JOIN LATERAL (
       SELECT error_code
       FROM event_tracker
       WHERE event_tracker.tenant = each_tenant.tenant AND status = 'FAILED'
       ORDER BY created_at DESC, id DESC
       LIMIT 1000
     ) AS failure
     WHERE error_code IS NOT NULL
     LIMIT 1000`,
    { tenant: null },
  );
  return rows.map(({ errorCode }) => errorCode);
}

type RequestColumn = 'target_system' | 'request_type';

/** Names of the requests that came last to each tenant, or just this one where it is among them. */
async function listLatest(
  database: Database,
  column: RequestColumn,
  only: string | null = null,
): Promise<string[]> {
  const { rows } = await readBounded<{ listed: string }>(
    database,
    `WITH RECURSIVE ${EACH_TENANT}
     SELECT DISTINCT ${column} AS listed
     FROM each_tenant
     CROSS JOIN LATERAL (
       SELECT ${column}
       FROM request_tracker
       WHERE request_tracker.tenant = each_tenant.tenant
       ORDER BY created_at DESC, pagw_id DESC
       LIMIT 1000
     ) AS request
     WHERE ${column} IS NOT NULL AND (:only::text IS NULL OR ${column} = :only)
     LIMIT 1000`,
    { tenant: null, only },
  );
  return rows.map(({ listed }) => listed);
}
