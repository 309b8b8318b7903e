import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderForFile } from '../support/for-file.ts';
import { PATIENTLY } from '../support/waiting.ts';
import { findFreePorts } from './free-ports.ts';
import { type RunningStack, startStack } from './running-stack.ts';

const directory = folderForFile();
let stack: RunningStack;

beforeAll(async () => {
  await chmod(directory, 0o755);
  stack = await startStack(await findFreePorts(4), join(directory, 'data'));
});
afterAll(() => stack.kill('SIGTERM'));

/** Requests of the first 120 that were sent a retry, by what their failed stage has come to. */
async function retried(): Promise<Record<string, unknown>[]> {
  const { rows } = await stack.database.execute(`
    SELECT count(DISTINCT sent.pagw_id) AS sent,
      count(DISTINCT sent.pagw_id) FILTER (WHERE later.status = 'COMPLETED' AND later.attempt = 2) AS recovered,
      count(DISTINCT sent.event_id) - count(DISTINCT (sent.pagw_id, sent.attempt)) AS doubled
    FROM event_tracker AS sent
    LEFT JOIN event_tracker AS later
      ON later.pagw_id = sent.pagw_id AND later.stage = sent.stage AND later.sequence_no > sent.sequence_no
    WHERE sent.event_type = 'RETRY_SCHEDULED' AND substring(sent.pagw_id, 15, 5)::int <= 117`);
  return rows;
}

describe('the whole loop on one machine', () => {
  it('sends the nine due retries of the demo, whose workers take them, and mostly recover', async () => {
    await fetch(`${stack.url}/clock`, { method: 'POST', body: '{"advanceSeconds":61}' });
    await expect.poll(retried, PATIENTLY).toMatchObject([{ sent: 9, recovered: 7, doubled: 0 }]);
    const health = (await (await fetch(`${stack.url}/healthz`)).json()) as { parts: { schedule: unknown } };
    expect(health.parts.schedule).toMatchObject({ ok: true });
  });
});
