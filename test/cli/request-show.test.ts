import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../lib/cli/connection.ts';
import { textWidth } from '../../lib/cli/output/table.ts';
import { pauseRetries } from '../../lib/data-access/retry-orders.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { databaseOfFile } from '../support/database.ts';
import { failedEvent, trackedEvent } from '../support/tracked-event.ts';
import { connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-03-01T10:05:00Z');
const recordedAt = new Date('2026-03-01T10:00:05Z');
const db = await databaseOfFile();
let connection: Connection;

beforeAll(async () => {
  connection = connectionTo(db, now);
  await recordEvents(
    db.database,
    [
      trackedEvent({ pagwId: 'PAGW-A', eventType: 'PARSE_START', status: 'STARTED' }),
      trackedEvent({ pagwId: 'PAGW-A', durationMs: 3471, metadata: { diagnosisCount: 3 } }),
      failedEvent({
        pagwId: 'PAGW-A',
        stage: 'API_CONNECTOR',
        eventType: 'DOWNSTREAM_TIMEOUT',
        errorCode: 'API_TIMEOUT',
        errorMessage: 'no answer\u001b]0;owned\u0007 in\n30 s',
        nextRetryAt: '2026-03-01T10:09:00.000Z',
      }),
    ],
    recordedAt,
  );
});

describe('pagw request show', () => {
  it('prints head and events in order, statuses with glyph and word', async () => {
    const { code, stdout, stderr } = await runCli(['request', 'show', 'PAGW-A'], { connection });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = stdout.split('\n').filter((line) => /^\d/.test(line));
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
      ['1', '10:00:00.000', 'PARSING', 'PARSE_START', '◐ STARTED', '1'],
      ['2', '10:00:00.000', 'PARSING', 'PARSE_OK', '✓ COMPLETED', '1', '3.47 s'],
      ['3', '10:00:00.000', 'API_CONNECTOR', 'DOWNSTREAM_TIMEOUT', '✗ FAILED', '1'],
    ]);
    expect(stdout).toContain('PAGW-A · anthem');
    expect(stdout).toContain('Received    2026-03-01 10:00:00Z · 5m ago');
  });

  it('says below a failure what went wrong and when it is tried again, and lets no text command the terminal', async () => {
    const { stdout } = await runCli(['request', 'show', 'PAGW-A'], { connection });
    expect(stdout).toContain('└ API_TIMEOUT: no answer\\u001b]0;owned\\u0007 in\\n30 s · retry in 4m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  it('tells who sent an event, in JSON of each, in the table where it is another than before', async () => {
    const senders = ['AROAONE:parser', 'AROAONE:parser', null, 'AROAONE:parser', 'AROATWO:a\u001b[2J'];
    await recordEvents(
      db.database,
      senders.map((sender) => trackedEvent({ pagwId: 'PAGW-SENT', sender })),
      recordedAt,
    );
    const json = await runCli(['request', 'show', 'PAGW-SENT', '-o', 'json'], { connection });
    expect(JSON.parse(json.stdout).events.map(({ sender }: { sender: string }) => sender)).toEqual(senders);
    const { stdout } = await runCli(['request', 'show', 'PAGW-SENT'], { connection });
    expect(stdout.match(/sent by .*/g)).toEqual(['sent by AROAONE:parser', 'sent by AROATWO:a\\u001b[2J']);
  });

  it('shows an answer that decides nothing, and the determination that does', async () => {
    const answers = (pagwId: string, disposition: string) =>
      trackedEvent({
        pagwId,
        stage: 'RESPONSE_BUILDER',
        eventType: 'RESPONSE_OK',
        metadata: { disposition },
      });
    await recordEvents(db.database, [answers('PAGW-U', 'hmm'), answers('PAGW-D', 'approved')], recordedAt);
    const unclear = await runCli(['request', 'show', 'PAGW-U'], { connection });
    expect(unclear.stdout).toMatch(/Answer +not understood at 2026-03-01 .*, the decision clock runs on/);
    const decided = await runCli(['request', 'show', 'PAGW-D'], { connection });
    expect(decided.stdout).toMatch(/Decided +APPROVED · 2026-03-01 10:00:00Z/);
  });

  it('says below an event that its clock is not believed', async () => {
    const old = trackedEvent({ pagwId: 'PAGW-1970', occurredAt: '1970-01-21T10:46:00.000Z' });
    await recordEvents(db.database, [old], recordedAt);
    const { stdout } = await runCli(['request', 'show', 'PAGW-1970'], { connection });
    expect(stdout).toMatch(
      /└ the producer's clock was .* behind: the time of recording, 2026-03-01 10:00:05Z, counts/,
    );
    const { stdout: json } = await runCli(['request', 'show', 'PAGW-1970', '-o', 'json'], { connection });
    expect(JSON.parse(json).events).toMatchObject([{ disbelieved: true }]);
  });

  it('gives the promised JSON', async () => {
    const { stdout } = await runCli(['request', 'show', 'PAGW-A', '-o', 'json'], { connection });
    const { request, events } = JSON.parse(stdout);
    expect(request).toMatchObject({
      pagwId: 'PAGW-A',
      tenant: 'anthem',
      lastSequenceNo: 3,
      receivedOn: '2026-03-01',
    });
    expect(events[1]).toMatchObject({
      sequenceNo: 2,
      stage: 'PARSING',
      eventType: 'PARSE_OK',
      status: 'COMPLETED',
      attempt: 1,
      durationMs: 3471,
      errorCode: null,
      occurredAt: '2026-03-01T10:00:00.000Z',
      createdAt: recordedAt.toISOString(),
      metadata: { diagnosisCount: 3 },
    });
  });

  it('writes one event a line as JSON lines and as CSV', async () => {
    const lines = (await runCli(['request', 'show', 'PAGW-A', '-o', 'jsonl'], { connection })).stdout.trim();
    expect(lines.split('\n').map((line) => JSON.parse(line).sequenceNo)).toEqual([1, 2, 3]);
    const csv = (await runCli(['request', 'show', 'PAGW-A', '-o', 'csv'], { connection })).stdout;
    expect(csv).toMatch(/^pagwId,sequenceNo,occurredAt,/);
    expect(csv).toContain('"{""diagnosisCount"":3}"');
  });

  it('keeps to the width of a terminal and cuts nothing for a pipe', async () => {
    const narrow = await runCli(['request', 'show', 'PAGW-A', '--metadata', '--color', 'never'], {
      connection,
      columns: 76,
    });
    for (const line of narrow.stdout.split('\n').filter((text) => /^ *(\d|└)/.test(text)))
      expect(textWidth(line)).toBeLessThanOrEqual(76);
    expect(narrow.stdout).toContain('…');
    expect((await runCli(['request', 'show', 'PAGW-A'], { connection })).stdout).not.toContain('…');
  });

  it('colours for a terminal, not for a pipe, and never against NO_COLOR', async () => {
    const show = ['request', 'show', 'PAGW-A'];
    const colour = '\u001b[';
    expect((await runCli(show, { connection, columns: 100 })).stdout).toContain(colour);
    expect((await runCli(show, { connection })).stdout).not.toContain(colour);
    expect((await runCli(show, { connection, columns: 100, env: { NO_COLOR: '1' } })).stdout).not.toContain(
      colour,
    );
    expect((await runCli([...show, '--color', 'always'], { connection })).stdout).toContain(colour);
  });

  it('says what there is to do: of a retry, and of a pause, only where a failure waits for it', async () => {
    const failure = failedEvent({
      pagwId: 'PAGW-B',
      stage: 'VALIDATION',
      eventType: 'VAL_FAIL',
      retryable: false,
      retry: null,
    });
    await recordEvents(db.database, [failure], recordedAt);
    const show = async (pagwId: string) => (await runCli(['request', 'show', pagwId], { connection })).stdout;
    expect(await show('PAGW-A')).toContain('its retry goes out by itself');
    expect(await show('PAGW-B')).toContain('no retry is planned');
    const scope = { tenant: 'anthem', stage: null, downstream: null };
    await pauseRetries(db.database, scope, { actedBy: 'maria', reason: 'carelon is down' }, now);
    expect(await show('PAGW-A')).toMatch(/Paused +paused by maria[\s\S]*held back/);
    expect(await show('PAGW-B')).not.toMatch(/paused|held back/);
  });

  it('says that a request is not there, or not of this tenant, with exit code 5', async () => {
    const missing = await runCli(['request', 'show', 'PAGW-NONE'], { connection });
    expect(missing).toMatchObject({ code: 5, stdout: '' });
    expect(missing.stderr).toContain('There is no request PAGW-NONE.');
    const foreign = await runCli(['request', 'show', 'PAGW-A', '--tenant', 'elevance', '-o', 'json'], {
      connection,
    });
    expect(foreign).toMatchObject({ code: 5, stdout: '' });
    expect(JSON.parse(foreign.stderr)).toMatchObject({ code: 'REQUEST_NOT_FOUND', retryable: false });
    expect((await runCli(['request', 'show', 'PAGW-A', '--tenant', 'ANTHEM'], { connection })).code).toBe(0);
  });

  it('stops after --limit events and says so', async () => {
    const { stdout, stderr } = await runCli(['request', 'show', 'PAGW-A', '--limit', '2', '-o', 'jsonl'], {
      connection,
    });
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stderr).toContain('2 of 3 events');
  });
});
