import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { readLastCanary } from '../../data-access/canary.ts';
import { compareStates, type StateDifference } from '../../data-access/compare-states.ts';
import type { Database } from '../../data-access/database.ts';
import {
  explainTimeline,
  findSequenceFaults,
  findUniqueIndexes,
  listPartitionMonths,
  plansHeardOf,
  readServerVersion,
} from '../../data-access/doctor.ts';
import { countDoubtfulNames } from '../../data-access/doubtful-names.ts';
import { answerMeant } from '../../domain/answer.ts';
import { lacksPolicy, parseDecisionPolicy, policyText } from '../../domain/decision-clock.ts';
import { pagwCommand, printable } from '../../domain/printable-text.ts';
import { defaultFoldRules } from '../../domain/request-fold.ts';
import { parseRetryPolicy } from '../../domain/retry-policy.ts';
import { countText, durationText, plural, tookText } from '../../domain/words.ts';
import { readMigrationStates, readPendingFunctions } from '../migrate.ts';
import { type CheckOutcome, type DoctorCheck, fail, notApplicable, pass } from './doctor-check.ts';

const LEAST_VERSION = 17;
const SKEW_ALLOWED_MS = 60_000;

export const checkDatabase: DoctorCheck = {
  id: 'database-reachable',
  part: 'tracker',
  title: 'The database answers',
  needsDatabase: false,
  async run({ database }) {
    const began = performance.now();
    await readServerVersion(database);
    return pass(`answered in ${tookText(performance.now() - began)} through the Data API`);
  },
};

export const checkVersions: DoctorCheck = {
  id: 'versions',
  part: 'tracker',
  title: 'PostgreSQL and Node are recent enough, clocks agree',
  needsDatabase: true,
  async run({ database }) {
    const { version, serverTime } = await readServerVersion(database);
    const evidence = `PostgreSQL ${version}, Node ${process.versions.node}`;
    if (Number.parseInt(version, 10) < LEAST_VERSION)
      return fail(evidence, `Upgrade the cluster to PostgreSQL ${LEAST_VERSION} or newer.`);
    const skewMs = Math.abs(serverTime.getTime() - Date.now());
    if (skewMs > SKEW_ALLOWED_MS)
      return fail(`${evidence}; clocks ${tookText(skewMs)} apart`, "Set this machine's clock by NTP.");
    return pass(evidence);
  },
};

export const checkMigrations: DoctorCheck = {
  id: 'migrations',
  part: 'tracker',
  title: 'All migrations and functions are applied, none was changed',
  needsDatabase: true,
  async run({ database }) {
    const states = await readMigrationStates(database);
    const wrong = states.filter(({ state }) => state === 'changed' || state === 'missing');
    const [first] = wrong;
    if (first !== undefined)
      return fail(
        `${first.name} is ${first.state}${wrong.length > 1 ? `, and ${wrong.length - 1} more` : ''}`,
        'Use the version that was deployed; see `pagw migrate status`.',
      );
    const pending = states.filter(({ state }) => state === 'pending');
    if (pending[0] !== undefined)
      return fail(`${pending.length} pending, from ${pending[0].name}`, 'Run `pagw migrate up`.');
    const functions = await readPendingFunctions(database);
    if (functions[0] !== undefined)
      return fail(
        `${functions.length} functions are not this version's, such as ${functions[0]}`,
        'Run `pagw migrate up`.',
      );
    return pass(`${states.length} applied, the latest ${states.at(-1)?.version}; checksums agree`);
  },
};

type Judgement = { fault: CheckOutcome; appliedAt?: never } | { fault?: never; appliedAt: Date };

/** When a migration was applied, or what is wrong with that. */
export async function judgeMigration(database: Database, version: string): Promise<Judgement> {
  const migration = (await readMigrationStates(database)).find((state) => state.version === version);
  if (migration?.state === 'applied' && migration.appliedAt !== null)
    return { appliedAt: migration.appliedAt };
  if (migration === undefined || migration.state === 'missing')
    return { fault: fail(`this version has no file for ${version}`, 'Use the version that was deployed.') };
  if (migration.state === 'changed')
    return {
      fault: fail(
        `${migration.name} is not what was applied: its checksum differs`,
        'Use the version that was deployed; see `pagw migrate status`.',
      ),
    };
  return { fault: fail(`${migration.name} is pending`, 'Run `pagw migrate up`.') };
}

/** Migrate and maintain make three; one may be missing for as long as a run is late. */
const MONTHS_AHEAD_NEEDED = 2;

export const checkPartitions: DoctorCheck = {
  id: 'partitions',
  part: 'tracker',
  title: 'The months to come have their partitions',
  needsDatabase: true,
  async run({ database, now }) {
    const months = new Set(await listPartitionMonths(database));
    const needed = Array.from({ length: MONTHS_AHEAD_NEEDED + 1 }, (_, ahead) =>
      new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString().slice(0, 7),
    );
    const missing = needed.filter((month) => !months.has(month));
    if (missing.length > 0)
      return fail(
        `no partition for ${missing.join(', ')}`,
        'Run maintain, and see in its log why it did not; until then ingest makes the month it needs.',
      );
    return pass(`${months.size} months, up to ${[...months].at(-1)}`);
  },
};

export const checkQueue: DoctorCheck = {
  id: 'queue',
  part: 'tracker',
  title: 'The event queue answers, nothing lies in its dead-letter queue',
  needsDatabase: false,
  async run({ connection }) {
    const { sqs, eventsQueueUrl, deadLetterQueueUrl } = connection;
    const waiting = `${plural(await depth(sqs, eventsQueueUrl), 'message')} waiting`;
    if (deadLetterQueueUrl === undefined) return pass(waiting);
    const dead = await depth(sqs, deadLetterQueueUrl);
    if (dead > 0)
      return fail(
        `${waiting}, ${plural(dead, 'dead letter')}`,
        "Find the cause in ingest's log, then `pagw dead-letters redrive --reason <text>`.",
      );
    return pass(`${waiting}, no dead letters`);
  },
};

async function depth(sqs: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}

export const checkRetryPolicy: DoctorCheck = {
  id: 'retry-policy',
  part: 'tracker',
  title: 'The retry policy is valid',
  needsDatabase: false,
  async run({ connection }) {
    try {
      const policy = parseRetryPolicy(connection.retryPolicy);
      const { baseSeconds, factor, capSeconds, maxAttempts } = policy;
      const own = connection.retryPolicy === undefined ? 'default' : 'configured';
      return pass(
        `${own}: ${maxAttempts} attempts, ${durationText(baseSeconds * 1_000)} growing × ${factor} up to ${durationText(capSeconds * 1_000)}, ${policy.stages.size} stage rules`,
      );
    } catch (error) {
      return fail(
        error instanceof Error ? error.message : 'unreadable',
        'Correct RETRY_POLICY and deploy it.',
      );
    }
  },
};

const YEAR_MS = 365 * 86_400_000;
const NAMED_IN_EVIDENCE = 5;

export const checkDecisionPolicy: DoctorCheck = {
  id: 'decision-policy',
  part: 'tracker',
  title: 'Every plan has a decision policy',
  needsDatabase: true,
  async run({ connection, database, now }) {
    const policy = parseDecisionPolicy(connection.decisionPolicy);
    const named = [...policy.tenants, ...policy.plans].map(
      ([name, own]) => `${printable(name)}: ${policyText(own, now)}`,
    );
    const evidence = [`default: ${policyText(policy.default, now)}`, ...shortened(named, 'policies')].join(
      '; ',
    );
    const since = new Date(now.getTime() - YEAR_MS);
    const { rows: heardOf, left } = await plansHeardOf(database, { tenant: null, since });
    const lacking = heardOf.filter(({ tenant, plan }) => lacksPolicy(policy, tenant, plan));
    const unread = left === 0 ? '' : `; ${plural(left, 'smaller plan')} not looked at`;
    if (lacking.length === 0) return pass(`${evidence}${unread}`);
    const plans = lacking.map(
      ({ tenant, plan, requests }) =>
        `${printable(plan)}${plan === tenant ? '' : ` of ${printable(tenant)}`} (${plural(requests, 'request')})`,
    );
    return fail(
      `${evidence}; by the default for want of their own: ${shortened(plans, 'plans').join(', ')}${unread}`,
      'Add each of them to plans in DECISION_POLICY ({} says that the default is meant) and deploy it.',
    );
  },
};

const WEEK_MS = 7 * 86_400_000;

export const checkAnswers: DoctorCheck = {
  id: 'answers',
  part: 'tracker',
  title: 'The answers of the last seven days are understood',
  needsDatabase: true,
  async run({ database, now }) {
    const since = new Date(now.getTime() - WEEK_MS);
    const { rows } = await countDoubtfulNames(database, { tenant: null, since });
    const untold = rows.filter(({ didYouMean }) => didYouMean === answerMeant);
    if (untold.length === 0) return pass('none that decides nothing for want of a known word');
    const senders = untold.map(
      ({ sender, serviceName, path, events }) =>
        `${printable(serviceName ?? sender ?? 'unnamed')} (${plural(events, 'event')}, ${path})`,
    );
    return fail(
      `decided nothing, their clocks run on: ${shortened(senders, 'senders').join(', ')}`,
      `\`${pagwCommand('report doubtful-names', [])}\` has all of them; docs/contract has the words that decide.`,
    );
  },
};

function shortened(texts: readonly string[], of: string): string[] {
  if (texts.length <= NAMED_IN_EVIDENCE) return [...texts];
  return [...texts.slice(0, NAMED_IN_EVIDENCE), `${texts.length - NAMED_IN_EVIDENCE} more ${of}`];
}

/** A call looks at about 30 events a request through an index. */
const REQUESTS_PER_CALL = 2_000;
const CALLS_UNLESS_DEEP = 5;

export const checkSequences: DoctorCheck = {
  id: 'sequences',
  part: 'tracker',
  title: 'Every request counts 1, 2, 3 … without gap or double',
  needsDatabase: true,
  async run({ database, deep }) {
    let checked = 0;
    let before: string | undefined;
    for (let call = 1; deep || call <= CALLS_UNLESS_DEEP; call++) {
      const { faults, next, ...part } = await findSequenceFaults(database, REQUESTS_PER_CALL, before);
      checked += part.checked;
      const [first] = faults;
      if (first !== undefined) {
        const { pagwId, events, expectedLast } = first;
        const more = faults.length > 1 ? `, and ${faults.length - 1} more` : '';
        return fail(
          `${pagwId} has ${plural(events, 'event')}, its last number is ${expectedLast}${more}`,
          `Look at it with \`${pagwCommand('request show', [pagwId])}\`: something wrote or deleted events past append_events.`,
        );
      }
      before = next;
      if (next === undefined) return pass(`${plural(checked, 'request')} checked: all`);
    }
    return pass(`the latest ${plural(checked, 'request')} checked; --deep checks all`);
  },
};

const MOST_LISTED = 5;

export const checkStates: DoctorCheck = {
  id: 'states',
  part: 'tracker',
  title: 'Every request stands where its events put it',
  needsDatabase: true,
  async run({ connection, database, deep, onProgress }) {
    if (!deep)
      return notApplicable('the histories of all requests are read for it', 'Ask for it with --deep.');
    const policy = parseDecisionPolicy(connection.decisionPolicy);
    const counts = { compared: 0, archived: 0, moved: 0 };
    const named: StateDifference[] = [];
    let different = 0;
    for (let after: string | null = ''; after !== null; ) {
      const page = await compareStates(database, after, { ...defaultFoldRules, policy });
      for (const name of ['compared', 'archived', 'moved'] as const) counts[name] += page[name];
      named.push(...page.differences.slice(0, MOST_LISTED - named.length));
      different += page.differences.length;
      onProgress?.(`${plural(counts.compared, 'request')} folded again`);
      after = page.next;
    }
    const left = [
      ...(counts.archived > 0 ? [`${countText(counts.archived)} are in the archive`] : []),
      ...(counts.moved > 0 ? [`${countText(counts.moved)} moved meanwhile`] : []),
    ].join(', ');
    const evidence = `${plural(counts.compared, 'request')} folded again${left === '' ? '' : `, ${left}`}`;
    if (different === 0) return pass(evidence);
    const names = named.map(({ pagwId, fields }) => `${pagwId} in ${fields.join(', ')}`).join('; ');
    return fail(
      `${evidence}; ${different} differ: ${names}${different > MOST_LISTED ? '; …' : ''}`,
      'Something wrote past append_events, or DECISION_POLICY has changed since: see docs/runbook.md, states.',
    );
  },
};

export const checkTimelinePlan: DoctorCheck = {
  id: 'timeline-plan',
  part: 'tracker',
  title: 'A timeline is looked up by its index, in one month',
  needsDatabase: true,
  async run({ database, now }) {
    const { indexes, tables, scannedTables } = await explainTimeline(
      database,
      now.toISOString().slice(0, 10),
    );
    if (scannedTables.length > 0)
      return fail(
        `reads ${scannedTables.join(', ')} from end to end`,
        'Restore ux_event_tracker_pagw_seq; see the check unique-indexes.',
      );
    if (tables.length !== 1)
      return fail(`reads ${tables.length} tables`, 'See that the partitions are by month of received_on.');
    return pass(`${plural(indexes.length, 'index', 'indexes')} of ${tables[0]}`);
  },
};

/** What makes a doubled number or event impossible, whoever writes. */
const NEEDED = new Map([
  ['ux_event_tracker_pagw_seq', 'pagw_id, sequence_no, received_on'],
  [
    'ux_event_tracker_pagw_event',
    "(received_on - '2000-01-01'::date), received_on, hashtextextended(pagw_id::text, 0::bigint), hashtextextended(event_id::text, 0::bigint)",
  ],
]);

export const checkUniqueIndexes: DoctorCheck = {
  id: 'unique-indexes',
  part: 'tracker',
  title: 'Sequence numbers and event ids are unique by index',
  needsDatabase: true,
  async run({ database }) {
    const found = await findUniqueIndexes(database, [...NEEDED.keys()]);
    for (const [name, columns] of NEEDED) {
      const index = found.find((candidate) => candidate.name === name);
      const next = `Create ${name} again, unique on (${columns}), as migrations/schema.sql has it.`;
      if (index === undefined) return fail(`${name} is missing`, next);
      if (!index.unique || index.columns !== columns) return fail(`${name} is not what it was`, next);
      if (!index.valid) return fail(`${name} is invalid`, `${next} A month may lack its part of it.`);
    }
    return pass([...NEEDED.keys()].join(', '));
  },
};

/** The longest that a stage may let pass between two canaries, and as long again for the alarm to have reported it. */
const CANARY_PATIENCE_MS = 2 * 60 * 60_000;
const CANARY_FORGOTTEN_MS = 24 * 60 * 60_000;

export const checkCanary: DoctorCheck = {
  id: 'canary',
  part: 'tracker',
  title: 'The last canary came from the queue into its timeline',
  needsDatabase: true,
  async run({ database, now }) {
    const last = await readLastCanary(database);
    if (last === undefined) return notApplicable('none has come yet: the stage sends none, or is new');
    const ago = now.getTime() - last.arrivedAt.getTime();
    const seen = `${tookText(ago)} ago, ${tookText(last.arrivedAt.getTime() - last.sentAt.getTime())} after it was sent`;
    if (ago <= CANARY_PATIENCE_MS) return pass(seen);
    if (ago > CANARY_FORGOTTEN_MS) return notApplicable(`${seen}: the stage sends none any more`);
    return fail(seen, 'See docs/runbook.md, "canary-heartbeat".');
  },
};
