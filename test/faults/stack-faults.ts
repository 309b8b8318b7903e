import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePorts } from '../local/free-ports.ts';
import { startStack } from '../local/running-stack.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';
import type { Fault } from './trial.ts';

const REQUESTS = 5;
const EVENTS = 40;

/** All of `npm start` killed while events come in; what was accepted before is found after the next start. */
export const stackFaults: readonly Fault[] = [
  {
    name: 'the whole local stack killed under traffic',
    instead: async (_bed, _time, random) => {
      const directory = await mkdtemp(join(scratchDirectory(), 'pagw-stack-'));
      const port = await findFreePorts(4);
      const accepted: string[] = [];
      const stack = await startStack(port, directory, '--no-demo', '--empty');
      const traffic = send(stack.url, accepted);
      await delay(random.between(100, 1_500));
      await stack.kill('SIGKILL');
      await traffic;
      const startedAt = performance.now();
      const again = await startStack(port, directory, '--no-demo');
      const missing = async () => {
        const { rows } = await again.database.execute<{ eventId: string }>(
          'SELECT event_id FROM event_tracker',
        );
        const found = new Set(rows.map(({ eventId }) => eventId));
        return accepted.filter((id) => !found.has(id));
      };
      let lost = await missing();
      for (let looks = 0; lost.length > 0 && looks < 300; looks++) {
        await delay(100);
        lost = await missing();
      }
      const recoverySeconds = (performance.now() - startedAt) / 1_000;
      const { rows } = await again.database.execute<{ gaps: number; twins: number }>(
        `SELECT count(*) FILTER (WHERE highest <> events) AS gaps, coalesce(sum(events - ids), 0) AS twins
         FROM (SELECT max(sequence_no) AS highest, count(*) AS events, count(DISTINCT event_id) AS ids
               FROM event_tracker GROUP BY pagw_id) AS history`,
      );
      await again.kill('SIGTERM');
      await rm(directory, { recursive: true, force: true });
      const faults = Number(rows[0]?.gaps) > 0 ? ['numbers have gaps'] : [];
      return { lost: lost.length, doubled: Number(rows[0]?.twins), faults, recoverySeconds };
    },
  },
];

async function send(url: string, accepted: string[]): Promise<void> {
  for (let place = 0; place < EVENTS; place++) {
    const eventId = `e-${place}`;
    const event = {
      eventId,
      tenant: 'anthem',
      pagwId: `PAGW-KILL-${place % REQUESTS}`,
      eventType: 'PARSE_OK',
    };
    try {
      const response = await fetch(`${url}/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(event),
      });
      if (response.status === 202) accepted.push(eventId);
    } catch {
      return;
    }
    await delay(10);
  }
}
