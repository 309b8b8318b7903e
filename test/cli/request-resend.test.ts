import { beforeAll, describe, expect, it } from 'vitest';
import { listActs } from '../../lib/data-access/operate.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';
import { trackedEvent } from '../support/tracked-event.ts';
import { connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-03-01T12:00:00Z');
const db = await databaseOfFile();
beforeAll(async () => {
  await recordEvents(
    db.database,
    [
      trackedEvent({ pagwId: 'LOST', stage: 'ENRICHMENT', eventType: 'ENRICH_OK', status: 'COMPLETED' }),
      trackedEvent({
        pagwId: 'SENT',
        stage: 'API_CONNECTOR',
        eventType: 'DOWNSTREAM_START',
        status: 'STARTED',
      }),
      trackedEvent({ pagwId: 'YOUNG', stage: 'PARSING', eventType: 'PARSE_START', status: 'STARTED' }),
    ],
    now,
  );
  await db.database.execute(
    `UPDATE request_tracker
     SET stuck_since = created_at, external_reference_id = 'EXT-1', target_system = 'carelon',
         stuck_reason = CASE pagw_id WHEN 'LOST' THEN 'hand-off-lost' ELSE 'no-result' END
     WHERE pagw_id <> 'YOUNG'`,
  );
});

const resend = (id: string, ...more: string[]) =>
  runCli(['request', 'resend', id, '--reason', 'worker killed', '-y', ...more], {
    connection: connectionTo(db, now),
    env: { PAGW_OPERATOR: 'maria' },
  });

describe('pagw request resend', () => {
  it('asks for the stage that never began, and writes down who and why', async () => {
    expect(await resend('LOST')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('within a minute'),
    });
    expect(await resend('LOST')).toMatchObject({ code: 0, stderr: expect.stringContaining('already') });
    expect((await listActs(db.database, {}, 5)).rows).toMatchObject([
      {
        action: 'request.resend',
        actedBy: 'maria',
        reason: 'worker killed',
        filter: { stage: 'CONVERSION' },
      },
    ]);
  });

  it('shows the reference at a downstream that may have the case, and goes on only with that accepted', async () => {
    const refused = await resend('SENT');
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('carelon may have this case already (reference EXT-1)');
    expect((await resend('SENT', '--accept-second-case')).code).toBe(0);
  });

  it('takes no reason and no name that the lists and the audit could not show whole', async () => {
    const before = await listActs(db.database, {}, 5);
    expect(await resend('LOST', '--reason', 'x'.repeat(501))).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('at most 500 characters'),
    });
    const connection = connectionTo(db, now);
    const env = { PAGW_OPERATOR: 'm'.repeat(257) };
    const args = ['request', 'resend', 'LOST', '--reason', 'worker killed', '-y'];
    expect(await runCli(args, { connection, env })).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('PAGW_OPERATOR must have at most 256 characters'),
    });
    expect(await listActs(db.database, {}, 5)).toEqual(before);
  });

  it.each([
    ['YOUNG', 1, 'not overdue'],
    ['NOBODY', 5, 'There is no request NOBODY'],
  ])('refuses %s with the reason and a way on', async (id, code, message) => {
    const run = await resend(id);
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(message);
  });
});
