import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listActs } from '../../lib/data-access/operate.ts';
import { stepRetryBatches } from '../../lib/data-access/retry.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import { runResends } from '../../lib/flows/retry/run-resends.ts';
import { runRetries } from '../../lib/flows/retry/run-retries.ts';
import { runStuckAlarm } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { afterMinutes, recordHistory, type StepFields } from '../support/history.ts';
import { openRetryQueue } from '../support/retry-queue.ts';
import { connectionTo, runCli } from './run-cli.ts';

const start = new Date('2026-03-02T03:00:00Z');
const at = (minute: number) => afterMinutes(start, minute);
const carelon = { targetSystem: 'carelon' };
const failing = Array.from({ length: 14 }, (_, place) => `PAGW-OUT-${String(place + 1).padStart(2, '0')}`);
const lost = ['PAGW-LOST-1', 'PAGW-LOST-2'];
let db: TestDatabase;
const queue = openRetryQueue();
const told: string[] = [];
let transcript = '';

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

/** What an operator types at that minute, and what comes back. */
async function type(minute: number, line: string): Promise<string> {
  const words = line.match(/'[^']*'|\S+/g) ?? [];
  const { stdout, stderr } = await runCli(
    words.map((word) => word.replaceAll("'", '')),
    {
      connection: connectionTo(db, at(minute)),
      env: { PAGW_OPERATOR: 'maria', NO_COLOR: '1' },
      columns: 110,
    },
  );
  const text = (stderr + stdout).trimEnd();
  transcript += `${at(minute).toISOString().slice(11, 16)}Z $ pagw ${line}\n${text}\n\n`;
  return text;
}

const record = (pagwId: string, minute: number, eventType: string, fields: StepFields = {}) =>
  recordHistory(db.database, { pagwId, tenant: 'anthem' }, start, [[minute, eventType, fields]]);

/** A minute of the flows: batches and retries go out, what is stuck is judged and told. */
async function flows(minute: number): Promise<void> {
  const options = {
    database: db.database,
    sqs: queue.sqs,
    queues: () => 'https://sqs.us-east-1.amazonaws.com/1/pagw-retries.fifo',
    policy: defaultRetryPolicy,
    now: () => at(minute),
    leaseSeconds: 300,
    batchSize: 50,
    mayGoOn: () => true,
  };
  await stepRetryBatches(db.database, at(minute), 1_000);
  await runResends(options);
  await runRetries(options);
  await runStuckAlarm(db.database, {
    now: at(minute),
    rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
    measureLag: async () => ({ waiting: 0, seconds: 0 }),
    publish: async ({ body }) => {
      told.push(body);
      transcript += `${at(minute).toISOString().slice(11, 16)}Z ✉ ${body.replaceAll('\n', '\n         ')}\n\n`;
    },
  });
}

const answered = async (pagwId: string, minute: number) => {
  await record(pagwId, minute, 'DOWNSTREAM_OK', { metadata: carelon });
  await record(pagwId, minute, 'RESPONSE_OK', { metadata: { outcome: 'approved' } });
};

describe('an outage at three in the morning', () => {
  it('is walked through by commands that do what they say, with one notice and one end for each incident', async () => {
    for (const pagwId of failing)
      await record(pagwId, 0, 'DOWNSTREAM_TIMEOUT', {
        ...{ errorCode: 'API_TIMEOUT', attempt: 4, metadata: carelon },
        ...{ retryable: true, nextRetryAt: at(6).toISOString() },
      });
    for (const pagwId of lost) await record(pagwId, 0, 'ENRICH_OK');
    expect(await type(3, "retry pause --downstream carelon --reason 'carelon is down' -y")).toContain(
      'held back',
    );
    for (const minute of [6, 12, 20]) await flows(minute);
    // Held back is not overdue: only the lost hand-offs are told.
    expect(told).toEqual([expect.stringContaining('2 stuck')]);
    expect(queue.commands).toEqual([]);
    await type(21, 'retry pauses');
    await type(21, 'stuck --tenant anthem');
    expect(await type(22, "retry resume --downstream carelon --reason 'carelon is back' -y")).toContain(
      'Resumed',
    );
    expect(await type(22, 'retry batch --downstream carelon --dry-run')).toContain('14 failures match');
    await type(22, "retry batch --downstream carelon --reason 'carelon is back' -y");
    await flows(23);
    expect(queue.commands).toHaveLength(14);
    for (const [place, pagwId] of failing.entries())
      if (place < 7) await answered(pagwId, 24);
      else
        await record(pagwId, 24, 'DOWNSTREAM_TIMEOUT', {
          ...{ errorCode: 'API_TIMEOUT', attempt: 5, metadata: carelon, retryable: true },
        });
    await flows(25);
    expect(told.slice(1)).toEqual([expect.stringContaining('7 stuck')]);
    for (const pagwId of lost)
      expect(
        await type(26, `request resend ${pagwId} --reason 'outbox restarted, publish lost' -y`),
      ).toContain('within a minute');
    await flows(27);
    expect(queue.commands.slice(14)).toMatchObject(lost.map((pagwId) => ({ pagwId, stage: 'CONVERSION' })));
    for (const pagwId of lost) {
      await record(pagwId, 28, 'CONVERT_START');
      await record(pagwId, 28, 'CONVERT_OK');
      await answered(pagwId, 28);
    }
    const [given = ''] = failing.slice(-1);
    expect(
      await type(
        29,
        `request close ${given} --as void --second kim --reason 'sent twice by the provider' -y`,
      ),
    ).toContain('Closed');
    await type(
      30,
      "retry batch --error-code API_TIMEOUT --tenant anthem --reason 'carelon answers again' -y",
    );
    await flows(31);
    for (const pagwId of failing.slice(7, 13)) await answered(pagwId, 32);
    for (const minute of [33, 36, 40, 46]) await flows(minute);
    await type(47, 'incident list --closed');
    await type(47, 'audit');
    await type(47, `request show ${lost[0]}`);
    expect(told.map((body) => body.slice(0, body.indexOf(']') + 1))).toEqual([
      '[WARN]',
      '[WARN]',
      '[OVER]',
      '[OVER]',
    ]);
    const acts = (await listActs(db.database, {}, 50)).rows.reverse();
    expect(acts.map(({ action, affected, outcome }) => [action, affected, outcome])).toEqual([
      ['retry.pause', 1, 'resumed since'],
      ['retry.resume', 1, null],
      ['retry.batch', 14, 'done, 7 recovered, 7 failed again'],
      ['request.resend', 1, 'ended since'],
      ['request.resend', 1, 'ended since'],
      ['request.close', 1, null],
      ['retry.batch', 6, 'done, 6 recovered'],
    ]);
    await expect(transcript).toMatchFileSnapshot('../../docs/outage-walk.txt');
  });
});
