import { beforeAll, describe, expect, it } from 'vitest';
import { decisionMetrics, listDeadlines } from '../../lib/data-access/decisions.ts';
import { type DueRetry, dueRetries } from '../../lib/data-access/due-retries.ts';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { type Page, PagePositionError } from '../../lib/data-access/page.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { checkRequests } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../support/database.ts';
import { failedEvent, trackedEvent } from '../support/tracked-event.ts';

const received = new Date('2026-03-01T00:00:00Z');
const atHour = (hours: number) => new Date(received.getTime() + hours * 3_600_000);
/** Seven calendar days after the day of the receipt. */
const weekDue = new Date(
  Date.UTC(received.getUTCFullYear(), received.getUTCMonth(), received.getUTCDate() + 8) - 1,
);
const tenant = 'anthem';
const db = await databaseOfFile();

beforeAll(async () => {
  await ensurePartition(db.database, received);
});

const record = (hours: number, ...events: TrackedEvent[]) =>
  recordEvents(
    db.database,
    events.map((event) => ({ ...event, occurredAt: atHour(hours).toISOString() })),
    atHour(hours),
  );

async function allPages<Row>(read: (next: string | undefined) => Promise<Page<Row>>): Promise<Row[][]> {
  const pages: Row[][] = [];
  let next: string | undefined;
  do {
    const page = await read(next);
    pages.push(page.rows);
    next = page.next ?? undefined;
  } while (next !== undefined);
  return pages;
}

describe('dueRetries', () => {
  const due = (options: Partial<Parameters<typeof dueRetries>[1]> = {}) =>
    dueRetries(db.database, { tenant: 'retries', now: atHour(2), ...options });
  const failure = (pagwId: string, fields: Partial<TrackedEvent> = {}) =>
    failedEvent({ tenant: 'retries', pagwId, ...fields });
  const ids = ({ rows }: Page<DueRetry>) => rows.map(({ pagwId }) => pagwId);

  beforeAll(async () => {
    for (let number = 0; number < 7; number++) await record(1, failure(`DUE-${number}`));
    await record(1, failure('RECOVERED'), trackedEvent({ tenant: 'retries', pagwId: 'RECOVERED' }));
    await record(
      1,
      failure('CLOSED'),
      trackedEvent({ tenant: 'retries', pagwId: 'CLOSED', stage: 'X', stated: { status: 'CANCELLED' } }),
    );
    await record(1, failure('LATER', { nextRetryAt: atHour(50).toISOString(), retry: null }));
    await record(1, failedEvent({ tenant: 'other', pagwId: 'OTHER' }));
  });

  it('lists what is due, and nothing of other tenants or of later', async () => {
    expect(ids(await due()).sort()).toEqual(Array.from({ length: 7 }, (_, number) => `DUE-${number}`));
    expect(ids(await due({ now: atHour(0) }))).toEqual([]);
  });

  it("leaves out stages that have recovered, even where the columns say otherwise (trap: the review's query re-fires them)", async () => {
    await db.database.execute(
      `UPDATE event_tracker SET next_retry_at = '2026-03-01T00:30:00Z'
       WHERE pagw_id IN ('RECOVERED', 'CLOSED') AND status = 'FAILED'`,
    );
    const { rows: asWritten } = await db.database.execute(
      `SELECT pagw_id FROM event_tracker
       WHERE tenant = 'retries' AND status = 'FAILED' AND retryable = TRUE AND next_retry_at <= :now::timestamptz
       ORDER BY next_retry_at LIMIT 100`,
      { now: atHour(2) },
    );
    expect(asWritten.map(({ pagwId }) => pagwId)).toEqual(expect.arrayContaining(['RECOVERED', 'CLOSED']));
    expect(ids(await due())).not.toContain('RECOVERED');
    expect(ids(await due())).not.toContain('CLOSED');
  });

  it('pages through equal times without a gap or a repetition', async () => {
    const pages = await allPages((next) => due({ limit: 3, after: next }));
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(new Set(pages.flat().map(({ pagwId }) => pagwId)).size).toBe(7);
  });

  it('says what is paused', async () => {
    await db.database.execute(
      `INSERT INTO retry_pause (tenant, stage, reason, paused_by, paused_at)
       VALUES ('retries', 'PARSING', 'maintenance', 'test', now())`,
    );
    const { rows } = await due({ limit: 1 });
    expect(rows).toMatchObject([{ paused: true, claimedAt: null, attempt: 1 }]);
  });

  it('refuses a position that is none', async () => {
    for (const position of ['', 'x', '2026-03-01', "2026-03-01 00:00:00+00' OR true --~1"])
      await expect(due({ after: position })).rejects.toThrow(PagePositionError);
  });
});

describe('listDeadlines', () => {
  it('lists the undecided by when they are due, page by page, breached as of now', async () => {
    for (const [pagwId, priority] of [
      ['SOON', 'EXPEDITED'],
      ['WEEK', 'STANDARD'],
      ['NONE', null],
    ] as const)
      await record(
        0,
        trackedEvent({
          tenant,
          pagwId,
          stated: priority && { priority },
          stage: 'PARSING',
          eventType: 'PARSE_START',
          status: 'STARTED',
        }),
      );
    await record(0, trackedEvent({ tenant, pagwId: 'DONE', stated: { status: 'APPROVED' } }));
    const rules = { limits: defaultStageLimits, policy: defaultDecisionPolicy };
    await checkRequests(db.database, { rules, now: atHour(6 * 24) });
    const pages = await allPages((next) =>
      listDeadlines(db.database, { tenant, now: atHour(6 * 24), limit: 2, after: next }),
    );
    expect(pages.map((page) => page.map(({ pagwId, risk }) => [pagwId, risk]))).toEqual([
      [
        ['SOON', 'breached'],
        ['NONE', 'at-risk'],
      ],
      [['WEEK', 'at-risk']],
    ]);
    expect(pages.flat()).toMatchObject([{ secondsLeft: -72 * 3_600 }, { dueAt: weekDue }, {}]);
    const late = await listDeadlines(db.database, { tenant, now: atHour(9 * 24) });
    expect(late.rows.map(({ risk }) => risk)).toEqual(['breached', 'breached', 'breached']);
  });
});

describe('decisionMetrics', () => {
  const decide = async (
    pagwId: string,
    hours: number,
    status: 'APPROVED' | 'DENIED',
    priority: 'EXPEDITED' | null,
  ) => {
    await record(0, trackedEvent({ tenant: 'cms', pagwId, stated: priority && { priority } }));
    await record(hours, trackedEvent({ tenant: 'cms', pagwId, stated: { status } }));
  };
  const metrics = async (from: number, to: number) => {
    const span = { tenant: 'cms', since: atHour(from), until: atHour(to) };
    return (await decisionMetrics(db.database, span)).rows;
  };

  it('gives shares, mean and median of decisions, expedited and standard apart', async () => {
    await decide('E-1', 10, 'APPROVED', 'EXPEDITED');
    await decide('E-2', 80, 'DENIED', 'EXPEDITED');
    for (const [place, hours] of [1, 2, 30].entries()) await decide(`S-${place}`, hours, 'APPROVED', null);
    // Answered, but not decided: counts nowhere.
    await record(
      1,
      trackedEvent({
        tenant: 'cms',
        pagwId: 'PENDED',
        eventType: 'RESPONSE_OK',
        metadata: { outcome: 'pended' },
      }),
    );
    const hours = (count: number) => count * 3_600;
    expect(await metrics(0, 100)).toEqual([
      {
        tenant: 'cms',
        priority: 'EXPEDITED',
        decided: 2,
        approved: 1,
        partial: 0,
        denied: 1,
        meanSeconds: hours(45),
        medianSeconds: hours(45),
        onTime: 1,
      },
      {
        tenant: 'cms',
        priority: 'STANDARD',
        decided: 3,
        approved: 3,
        partial: 0,
        denied: 0,
        meanSeconds: hours(11),
        medianSeconds: hours(2),
        onTime: 3,
      },
    ]);
  });

  it('counts a decision in the span it was made in', async () => {
    expect(await metrics(50, 100)).toMatchObject([{ priority: 'EXPEDITED', decided: 1, denied: 1 }]);
  });
});
