import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../lib/data-access/database.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { migrate } from '../../../lib/flows/migrate/migrate.ts';
import { startDataApi } from '../../../lib/local/data-api/start-data-api.ts';
import { type PostgresServer, startPostgres } from '../../../lib/local/postgres/postgres-server.ts';
import { findFreePorts } from '../../local/free-ports.ts';
import { dataApiClient, targetOf } from '../../support/data-api-client.ts';
import { expectDerivedStates } from '../../support/derived-states.ts';
import { migrationsFolder } from '../../support/review-schema.ts';
import { trackedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-03-01T10:05:00Z');
let dataDirectory: string;
let postgres: PostgresServer;
let dataApi: Awaited<ReturnType<typeof startDataApi>>;

async function start(port: number): Promise<Database> {
  postgres = await startPostgres({ dataDirectory, port });
  const address = {
    host: '127.0.0.1',
    port: postgres.port,
    user: postgres.user,
    password: postgres.password,
  };
  dataApi = await startDataApi({ port: 0, postgres: address, defaultDatabase: 'postgres' });
  return openDatabase(dataApiClient(dataApi.url, 1), targetOf('postgres'));
}

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'pagw-crash-'));
});

afterEach(async () => {
  await dataApi.close();
  await postgres.stop();
  await rm(dataDirectory, { recursive: true, force: true });
});

describe('a server killed in mid-batch', () => {
  it('loses nothing that was answered and doubles nothing that is sent again', async () => {
    const port = await findFreePorts(1);
    const database = await start(port);
    await migrate(database, { migrationsFolder });
    const batches = Array.from({ length: 40 }, (_, batch) =>
      Array.from({ length: 50 }, (_, n) => trackedEvent({ pagwId: `CRASH-${(batch * 50 + n) % 20}` })),
    );
    const answered = new Set<string>();
    let done = 0;
    const sending = batches.map(async (batch) => {
      const answers = await recordEvents(database, batch, now);
      if (answers.every((answer) => answer.outcome === 'RECORDED'))
        for (const event of batch) answered.add(event.eventId);
      // Some are committed by now, and most are under way or waiting for locks.
      done += 1;
      if (done === 3) process.kill(postgres.processId, 'SIGKILL');
    });
    const ends = await Promise.allSettled(sending);
    expect(ends.some((end) => end.status === 'rejected')).toBe(true);
    await postgres.exited;
    await dataApi.close();

    const again = await start(port);
    const { rows: kept } = await again.execute<{ eventId: string }>('SELECT event_id FROM event_tracker');
    const present = new Set(kept.map((row) => row.eventId));
    expect([...answered].filter((id) => !present.has(id))).toEqual([]);

    for (const batch of batches) await recordEvents(again, batch, now);
    const { rows } = await again.execute(
      `SELECT count(*) AS requests, sum(events)::int AS events, max(events) AS most, max(highest) AS highest
       FROM (SELECT count(DISTINCT event_id) AS events, max(sequence_no) AS highest
             FROM event_tracker GROUP BY pagw_id) AS history`,
    );
    expect(rows).toEqual([{ requests: 20, events: 2_000, most: 100, highest: 100 }]);
    expect(await expectDerivedStates(again)).toBe(20);
  });
});
