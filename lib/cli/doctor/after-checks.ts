import {
  CloudFormationClient,
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import {
  findDoubledNumbers,
  findSampleRequest,
  findUniqueIndexes,
  measureMetadata,
  measureTimeline,
  readRecentGrowth,
} from '../../data-access/doctor.ts';
import { countSentRetries } from '../../data-access/due-retries.ts';
import { measureGrowth, measureIndexUse } from '../../data-access/maintain.ts';
import { listTenants } from '../../data-access/requests.ts';
import { readTimeline } from '../../data-access/timeline.ts';
import { measureRetries } from '../../data-access/waiting-failures.ts';
import { parseStageLimits } from '../../domain/stage-limits.ts';
import { ageText, countText, plural, tookText } from '../../domain/words.ts';
import type { Connection } from '../connection.ts';
import { bytesText, type DoctorCheck, fail, noRequestYet, notApplicable, pass } from './doctor-check.ts';

const LATEST_REQUESTS = 10_000;

export const checkDuplicateSequences: DoctorCheck = {
  id: 'duplicate-sequences',
  part: 'after',
  title: 'No sequence_no is there twice per pagw_id',
  needsDatabase: true,
  async run({ database, deep }) {
    const { checked, doubled } = await findDoubledNumbers(database, deep ? null : LATEST_REQUESTS);
    const [first] = doubled;
    if (first !== undefined)
      return fail(
        `${first.pagwId} has number ${first.sequenceNo} ${first.events} times${doubled.length > 1 ? `, and ${doubled.length - 1} more` : ''}`,
        'Restore ux_event_tracker_pagw_seq once the doubled events are gone; see the check unique-sequence.',
      );
    const all = deep || checked < LATEST_REQUESTS;
    return pass(
      all
        ? `0 doubles in ${plural(checked, 'request')}: all`
        : `0 doubles in the latest ${plural(checked, 'request')}; --deep checks all`,
    );
  },
};

/** The roll-up is made every hour; two runs may fail before anybody has to look. */
const OLDEST_REFRESH_MS = 3 * 3_600_000;

export const checkGrowth: DoctorCheck = {
  id: 'growth',
  part: 'after',
  title: 'The growth of event_tracker is watched',
  needsDatabase: true,
  async run({ database, now }) {
    const { refreshedAt, eventsLastDay, eventsLastWeek } = await readRecentGrowth(database, now);
    if (refreshedAt === null)
      return notApplicable('maintain has not run yet, so no hour is counted', 'Run it again in an hour.');
    const age = now.getTime() - refreshedAt.getTime();
    if (age > OLDEST_REFRESH_MS)
      return fail(
        `nobody has counted for ${tookText(age)}`,
        "See in maintain's log why event_tracker_summary is not refreshed.",
      );
    const { eventTableBytes, eventIndexBytes, eventsStored } = await measureGrowth({
      database,
      now,
      mayGoOn: () => true,
    });
    const bytes = eventTableBytes + eventIndexBytes;
    const perDay =
      eventsStored > 0 ? `, about ${bytesText((bytes / eventsStored) * eventsLastDay)} a day` : '';
    return pass(
      `${plural(eventsLastDay, 'event')} in 24 h, ${countText(eventsLastWeek)} in 7 d; ${bytesText(bytes)} in all${perDay}`,
    );
  },
};

/** The review's six. */
const REVIEWED = [
  'ux_event_tracker_pagw_seq',
  'ix_event_tracker_tenant_pagw_created',
  'ix_event_tracker_tenant_event_created',
  'ix_event_tracker_metadata',
  'ix_event_tracker_retry',
  'ix_event_tracker_stage',
];

/** Of the indexes nobody has read. */
const NAMED = 2;

export const checkIndexUse: DoctorCheck = {
  id: 'index-use',
  part: 'after',
  title: 'The indexes are there and used (pg_stat_user_indexes)',
  needsDatabase: true,
  async run({ database }) {
    const found = await findUniqueIndexes(database, REVIEWED);
    const lost = REVIEWED.filter((name) => !found.some((index) => index.name === name && index.valid));
    if (lost.length > 0)
      return fail(
        `missing or invalid: ${lost.join(', ')}`,
        'Create them again, as migrations/schema.sql has them.',
      );
    const used = await measureIndexUse(database);
    const scans = used.reduce((sum, index) => sum + index.scans, 0);
    if (scans === 0) return notApplicable('no index has been read since the statistics began');
    const unread = used.filter((index) => index.scans === 0);
    const idle = unread.filter(({ isUnique }) => !isUnique).map(({ index }) => index);
    const more = idle.length > NAMED ? `, ${idle.length - NAMED} more` : '';
    const names = idle.length === 0 ? '' : `; not yet: ${idle.slice(0, NAMED).join(', ')}${more}`;
    return pass(`${used.length - unread.length} of ${used.length} read, ${countText(scans)} scans${names}`);
  },
};

export const checkLogTimeline: DoctorCheck = {
  id: 'log-timeline',
  part: 'after',
  title: 'A timeline can be read from the logs (CloudWatch)',
  needsDatabase: false,
  async run({ connection }) {
    if (connection.kind === 'local')
      return notApplicable('a local stack has no CloudWatch', 'Run it with --stack NAME after deployment.');
    const query = (await resourcesOf(connection)).find(
      ({ ResourceType, LogicalResourceId }) =>
        ResourceType === 'AWS::Logs::QueryDefinition' && /requesttimeline/i.test(LogicalResourceId ?? ''),
    );
    if (query === undefined)
      return fail('the stack has no saved query pagw/request timeline', 'Deploy this version of the stack.');
    return pass(
      'the saved query pagw/request timeline is deployed; run it in Logs Insights with an id of yours',
    );
  },
};

/** With the account and region that the connection's clients have. */
async function resourcesOf({ sqs, name }: Connection): Promise<StackResourceSummary[]> {
  const { region, credentials } = sqs.config;
  const client = new CloudFormationClient({ region, credentials });
  const resources: StackResourceSummary[] = [];
  try {
    for await (const page of paginateListStackResources({ client }, { StackName: name }))
      resources.push(...(page.StackResourceSummaries ?? []));
  } finally {
    client.destroy();
  }
  return resources;
}

/** From about 2 kB on PostgreSQL compresses a row and moves parts of it out of the table. */
const MOST_MEAN_BYTES = 2_000;

export const checkMetadataSize: DoctorCheck = {
  id: 'metadata-size',
  part: 'after',
  title: `Metadata stays small: less than ${bytesText(MOST_MEAN_BYTES)} on average`,
  needsDatabase: true,
  async run({ database }) {
    const { events, withMetadata, meanBytes, p95Bytes, maxBytes, shareOfRow } =
      await measureMetadata(database);
    if (withMetadata === 0) return notApplicable('no event has metadata yet');
    const evidence = `mean ${bytesText(meanBytes)}, p95 ${bytesText(p95Bytes)}, largest ${bytesText(maxBytes)}, ${Math.round(100 * shareOfRow)} % of a row; the latest ${plural(events, 'event')}`;
    return meanBytes < MOST_MEAN_BYTES
      ? pass(evidence)
      : fail(evidence, 'Find who sends it with `pagw report search`, and have documents kept in S3 by key.');
  },
};

const DAY_MS = 24 * 3_600_000;

export const checkRetryWorker: DoctorCheck = {
  id: 'retry-worker',
  part: 'after',
  title: 'The retry worker picks up failed events',
  needsDatabase: true,
  async run({ database, now, connection }) {
    const backlog = await measureRetries(database, now);
    const { due, paused, exhausted, oldestDueSeconds: oldestSeconds } = backlog;
    const since = new Date(now.getTime() - DAY_MS);
    const { sent, lastSentAt } = await countSentRetries(database, await listTenants(database), since);
    const dispatched = `${countText(sent)} dispatched in 24 h${lastSentAt === null ? '' : `, the last ${ageText(lastSentAt, now)}`}`;
    const waiting = [`${countText(due)} due`];
    if (due > 0) waiting.push(`the oldest for ${tookText(oldestSeconds * 1_000)}`);
    if (paused > 0) waiting.push(`${countText(paused)} paused`);
    if (exhausted > 0) waiting.push(`${countText(exhausted)} exhausted`);
    const evidence = `${dispatched}; ${waiting.join(', ')}`;
    if (oldestSeconds > parseStageLimits(connection.stuckLimits).retryOverdue)
      return fail(
        evidence,
        "See retry's log and schedule, then `pagw retry list`: it should run as often as the stage's everyMinutes.retry says.",
      );
    if (sent === 0 && due + paused + exhausted === 0) return notApplicable('no retry has been due in 24 h');
    return pass(evidence);
  },
};

/** The review's limit. */
const MOST_MS = 100;
const RUNS = 5;

export const checkTimelineSpeed: DoctorCheck = {
  id: 'timeline-speed',
  part: 'after',
  title: `A timeline query takes less than ${tookText(MOST_MS)}`,
  needsDatabase: true,
  async run({ database }) {
    const request = await findSampleRequest(database);
    if (request === undefined) return noRequestYet;
    const inDatabase: number[] = [];
    const roundTrip: number[] = [];
    for (let run = 1; run <= RUNS; run++) {
      inDatabase.push(await measureTimeline(database, request));
      const began = performance.now();
      for await (const _ of readTimeline(database, request));
      roundTrip.push(performance.now() - began);
    }
    const [slowest, wholeWay] = [inDatabase, roundTrip].map((times) => tookText(Math.max(...times)));
    const evidence = `${slowest} in PostgreSQL, ${wholeWay} with the way there and back: the slowest of ${RUNS}, ${plural(request.lastSequenceNo, 'event')}`;
    // The way depends on where this runs; the limit is for the query.
    if (Math.max(...inDatabase) < MOST_MS) return pass(evidence);
    return fail(evidence, 'See the checks timeline-plan and unique-indexes, then the CPU and capacity.');
  },
};
