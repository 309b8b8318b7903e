import { ExecuteStatementCommand } from '@aws-sdk/client-rds-data';
import { afterAll, describe, expect, it } from 'vitest';
import { openEmptyDatabase } from '../../support/database.ts';

const { client, target, close } = await openEmptyDatabase();
afterAll(close);

const KB = 1024;

function execute(sql: string, input: Partial<ConstructorParameters<typeof ExecuteStatementCommand>[0]> = {}) {
  return client.send(new ExecuteStatementCommand({ ...target, sql, ...input }));
}

describe('size limits', () => {
  it('gives a row that just fits in 64 KB', async () => {
    const { records } = await execute(`SELECT repeat('x', ${64 * KB - 6})`);
    expect(records?.[0]?.[0]?.stringValue).toHaveLength(64 * KB - 6);
  });

  it('refuses a row over 64 KB', async () => {
    await expect(execute(`SELECT repeat('x', ${64 * KB - 5})`)).rejects.toMatchObject({
      name: 'UnsupportedResultException',
      message: expect.stringContaining('The result exceeds the size limit 64 KB'),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('gives a result that just fits in 1 MB', async () => {
    const { records } = await execute(`SELECT repeat('x', ${KB - 6}) FROM generate_series(1, ${KB})`);
    expect(records).toHaveLength(KB);
  });

  it('refuses a result over 1 MB', async () => {
    await expect(
      execute(`SELECT repeat('x', ${KB - 6}) FROM generate_series(1, ${KB + 1})`),
    ).rejects.toMatchObject({
      name: 'UnsupportedResultException',
      message: 'The result exceeds the size limit 1 MB.',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('counts bytes, not characters', async () => {
    await expect(execute(`SELECT repeat('é', ${40 * KB})`)).rejects.toMatchObject({
      name: 'UnsupportedResultException',
    });
  });

  it('allows up to 10 MB of formatted records', async () => {
    const sql = `SELECT repeat('x', ${32 * KB}) AS x FROM generate_series(1, 100)`;
    const { formattedRecords } = await execute(sql, { formatRecordsAs: 'JSON' });
    expect(JSON.parse(formattedRecords ?? '')).toHaveLength(100);
  });

  it('takes a request of nearly 4 MB and refuses one of more', async () => {
    const sized = (bytes: number) =>
      execute('SELECT length(:text)', {
        parameters: [{ name: 'text', value: { stringValue: 'x'.repeat(bytes) } }],
      });
    const { records } = await sized(4 * KB * KB - 4 * KB);
    expect(records?.[0]?.[0]?.longValue).toBe(4 * KB * KB - 4 * KB);
    await expect(sized(4 * KB * KB)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('serves the next call after a refused result', async () => {
    await expect(execute(`SELECT repeat('x', ${65 * KB})`)).rejects.toThrow();
    expect((await execute('SELECT 1')).records?.[0]?.[0]?.longValue).toBe(1);
  });
});
