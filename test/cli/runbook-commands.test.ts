import { readFileSync } from 'node:fs';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { listOpenIncidents } from '../../lib/data-access/incidents.ts';
import { ensurePartitions } from '../../lib/data-access/maintain.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { parseSenderTenants } from '../../lib/domain/sender-tenants.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import { ingestMessages } from '../../lib/flows/ingest/ingest-messages.ts';
import { openQuarantine } from '../../lib/flows/ingest/quarantine.ts';
import { runStuckAlarm } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../support/database.ts';
import { startEmbeddedAws } from '../support/embedded-aws.ts';
import { forFile } from '../support/for-file.ts';
import { afterMinutes, recordHistory } from '../support/history.ts';
import { openAsRole } from '../support/role-database.ts';
import { connectionTo, runCli } from './run-cli.ts';

const start = new Date('2026-03-02T08:00:00Z');
const now = afterMinutes(start, 60);
const page = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const db = await databaseOfFile();
const { s3, sqs, makeQueue, makeBucket } = await forFile(startEmbeddedAws());
const eventsQueueUrl = await makeQueue('events.fifo');
const deadLetterQueueUrl = await makeQueue('dead.fifo');
// As on AWS: each command by the login that it asks for.
const logins = {
  reader: await forFile(openAsRole(db, 'pagw_reader')),
  operator: await forFile(openAsRole(db, 'pagw_operator')),
  writer: await forFile(openAsRole(db, 'pagw_writer')),
  owner: db,
};
const connection = connectionTo(db, now, {
  ...{ s3, sqs, eventsQueueUrl, deadLetterQueueUrl },
  database: (login) => logins[login].database,
});
let key: string;

/** Each command that the page prints, once, with the line it stands in. */
const commands = [
  ...new Set([...page.matchAll(/`(pagw [^`/]+)`/g)].map(([, line = '']) => line.replace(/\s+/g, ' '))),
];

beforeAll(async () => {
  await makeBucket('quarantine');
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: deadLetterQueueUrl,
      MessageBody: '{"tenant":"anthem","pagwId":"PAGW-DEAD","eventType":"PARSE_OK"}',
      MessageGroupId: 'PAGW-DEAD',
      MessageDeduplicationId: 'dead-1',
    }),
  );
  await ensurePartitions(db.database, now);
  const down = { errorCode: 'API_TIMEOUT', metadata: { targetSystem: 'carelon' } };
  const fails = (pagwId: string, fields: object) =>
    recordHistory(db.database, { pagwId, tenant: 'anthem' }, start, [
      [0, 'DOWNSTREAM_ERROR', { ...down, ...fields }],
    ]);
  await fails('PAGW-USED-UP', { attempt: 5 });
  await fails('PAGW-CLOSED', { attempt: 5 });
  await recordHistory(db.database, { pagwId: 'PAGW-LOST', tenant: 'anthem' }, start, [[0, 'ENRICH_OK']]);
  await fails('PAGW-DUE', { attempt: 1, retryable: true, nextRetryAt: start.toISOString() });
  await ingestMessages(
    ['m-1', 'm-2'].map((messageId) => ({
      ...{ messageId, groupId: messageId, body: '{"pagwId":"PAGW-DUE-2","eventType":"PARSE_OK"}' },
      ...{ sender: null, sentAt: start },
    })),
    {
      database: db.database,
      quarantine: openQuarantine(s3, 'quarantine', db.database),
      rules: { retryPolicy: defaultRetryPolicy, jitter: () => 0 },
      senders: parseSenderTenants(undefined),
      now: start,
    },
  );
  await runStuckAlarm(db.database, {
    now,
    rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
    measureLag: async () => ({ waiting: 0, seconds: 0 }),
    publish: async () => undefined,
  });
  key = (await listOpenIncidents(db.database))[0]?.key ?? '';
});

const ids: [RegExp, string][] = [
  [/^pagw rejected/, '1'],
  [/^pagw retry cancel/, '1'],
  [/^pagw request close/, 'PAGW-CLOSED'],
  [/^pagw request resend/, 'PAGW-LOST'],
  [/./, 'PAGW-USED-UP'],
];

/** As somebody types it who puts in what the page leaves open. */
function typed(command: string): string[] {
  const id = ids.find(([verb]) => verb.test(command))?.[1] ?? '';
  const given: Record<string, string> = {
    ...{ id, pagwId: id, key, text: 'the payer is down', end: 'void', name: 'ben', stage: 'API_CONNECTOR' },
    code: command.includes('rejected') ? 'TENANT_UNKNOWN' : 'API_TIMEOUT',
  };
  return command
    .split(' ')
    .slice(1)
    .map((word) => word.replace(/^<(\w+)>$/, (_, name: string) => given[name] ?? `unknown ${name}`));
}

/** What the page says that a command does or shows, as it is told or printed; the first that begins the line. */
const SAYS: readonly (readonly [string, RegExp])[] = [
  ['doctor', /of 28 checks failed on|25 checks passed/],
  ['dead-letters list', /PAGW-DEAD/],
  ['dead-letters redrive --dry-run', /1 dead letter/],
  ['dead-letters redrive', /✓ 1 dead letter sent again/],
  ['rejected list --waiting', /TENANT_UNKNOWN +\/tenant .* waiting\n.* waiting\n/],
  ['rejected list', /↻ replayed just now\n.*↻ replayed just now\n/],
  ['rejected replay --code TENANT_UNKNOWN --dry-run', /^1 event of 1 message to replay\.$/m],
  ['rejected replay', /✓ 1 event sent again/],
  ['retry list --state due', /^PAGW-DUE .*↻ due/m],
  ['retry list --state exhausted', /^PAGW-USED-UP .*✗ exhausted/m],
  ['retry list', /^PAGW-DUE .*\n.*PAGW-USED-UP/m],
  ['retry pause', /3 failures .* match: API_CONNECTOR[\s\S]*Retries are held back: API_CONNECTOR/],
  ['retry pauses', /all +API_CONNECTOR +all +just now +ann +the payer is down/],
  ['retry resume', /Resumed: API_CONNECTOR/],
  ['retry batches', /running +0 of 3 +60 .* ann +API_TIMEOUT/],
  ['retry batch --error-code API_TIMEOUT --dry-run', /^3 failures match: API_TIMEOUT/],
  ['retry batch', /^1\n/],
  ['retry cancel', /Batch 1 is stopped/],
  ['retry run', /#1 +6 +was exhausted[\s\S]*goes out within a minute/],
  ['request resend', /^Goes out within a minute/m],
  ['request close', /Closed PAGW-CLOSED as void/],
  ['request show', /^PAGW-USED-UP · anthem\n[\s\S]*DOWNSTREAM_ERROR/],
  ['incident snooze', /is silent for 4h, until/],
  ['incident show', /Cause +API_TIMEOUT from carelon/],
  ['incident list', /stuck\/anthem\/API_CONNECTOR\/.* API_TIMEOUT from carelon/],
  ['stuck', /retries-exhausted API_TIMEOUT[\s\S]*3 stuck requests; checked/],
  ['report errors', /API_CONNECTOR +API_TIMEOUT +carelon +3 /],
  ['report distribution', /anthem +DOWNSTREAM_ERROR +✗ FAILED +3 /],
  ['report deadlines', /No decision is late or soon due/],
  ['archive list', /2026-03 .* in the database/],
];

function whatIsSaid(line: string): RegExp | undefined {
  return SAYS.find(([begun]) => line === begun || line.startsWith(`${begun} `))?.[1];
}

async function run(words: readonly string[]) {
  const options = { connection, env: { USER: 'ann' }, answer: 'y' };
  return { words, ...(await runCli(words, options)) };
}

describe('the runbook', () => {
  it('prints commands that do what it says, as they are printed, with what they leave open put in', async () => {
    expect(commands.length).toBeGreaterThan(25);
    const refused: unknown[] = [];
    for (const command of commands) {
      const words = typed(command);
      // What the page says beside it: the dry run first, then the same; a resume names what its pause named.
      const others: string[][] = [];
      if (words.includes('--dry-run'))
        others.push([
          ...words.filter((word) => word !== '--dry-run'),
          ...(words.includes('--reason') ? [] : ['--reason', 'why']),
        ]);
      if (words[1] === 'resume') words.push('--stage', 'API_CONNECTOR', '--reason', 'fixed');
      for (const line of [words, ...others]) {
        const { code, stdout, stderr } = await run(line);
        const told = `${stdout}${stderr}`;
        // The doctor tells what it finds by its code.
        const ended = code === 0 || (line[0] === 'doctor' && code === 10);
        if (!ended || !whatIsSaid(line.join(' '))?.test(told)) refused.push([line.join(' '), code, told]);
      }
    }
    expect(refused).toEqual([]);
  });
});
