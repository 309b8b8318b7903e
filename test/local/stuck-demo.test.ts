import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCheck } from '../../lib/data-access/stuck-alarm.ts';
import { listStuckRequests } from '../../lib/data-access/stuck-requests.ts';
import { folderForFile } from '../support/for-file.ts';
import { findFreePorts } from './free-ports.ts';
import { type RunningStack, startStack } from './running-stack.ts';

const directory = folderForFile();
let stack: RunningStack;

beforeAll(async () => {
  stack = await startStack(await findFreePorts(4), directory);
});

afterAll(() => stack.kill('SIGTERM'));

async function stuckNumbers() {
  const { rows: requests } = await listStuckRequests(stack.database, {}, 100);
  return new Map(requests.map(({ pagwId, reason }) => [Number(pagwId.split('-')[2]), reason]));
}

/** Moves the clock and waits for the round that this brings. */
async function advance(seconds: number): Promise<void> {
  const response = await fetch(`${stack.url}/clock`, {
    method: 'POST',
    body: JSON.stringify({ advanceSeconds: seconds }),
  });
  const { now } = (await response.json()) as { now: string };
  for (;;) {
    const check = await readCheck(stack.database);
    if (check?.checkedAt && check.checkedAt >= new Date(now)) return;
    await delay(200);
  }
}

it('shows the demo’s hanging requests once the clock is moved by a quarter of an hour, and tells each group once', async () => {
  const before = await stuckNumbers();
  expect([...before.keys()].sort()).toEqual([114, 19, 38, 57, 76, 95]);
  await advance(900);
  const after = await stuckNumbers();
  expect(Object.fromEntries([...after].filter(([number]) => !before.has(number)))).toEqual({
    119: 'no-result',
    120: 'hand-off-lost',
  });
  await advance(120);
  const { rows } = await stack.database.execute<{
    groups: number;
    opened: number;
    told: number;
    sent: number;
  }>(
    `SELECT count(DISTINCT incident.id) AS groups, count(*) FILTER (WHERE kind = 'opened') AS opened, count(*) AS told,
       count(notification.sent_at) AS sent
     FROM incident JOIN incident_notification AS notification ON notification.incident_id = incident.id`,
  );
  // Seven groups, of which two have their cause at a second tenant: told as progress of the first one's notice.
  expect(rows).toEqual([{ groups: 5, opened: 5, told: 7, sent: 7 }]);
  const { stderr } = await stack.kill('SIGTERM');
  expect(stderr.match(/^ +[\d.]+ s {2}\[WARN\] .* stuck \(oldest/gm)).toHaveLength(7);
});
