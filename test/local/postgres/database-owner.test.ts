import { afterAll, describe, expect, it } from 'vitest';
import { openTestDatabase } from '../../support/database.ts';

const { database, close } = await openTestDatabase();
afterAll(close);

describe('the login of the Data API', () => {
  it.each([
    `SELECT pg_read_file('/etc/hostname')`,
    `COPY request_tracker TO PROGRAM 'cat'`,
    'SELECT rolpassword FROM pg_authid',
    'ALTER SYSTEM SET listen_addresses = $$*$$',
    'CREATE ROLE stranger SUPERUSER',
    'ALTER ROLE postgres PASSWORD NULL',
  ])('may not reach past the database: %s', async (sql) => {
    await expect(database.execute(sql)).rejects.toMatchObject({ sqlState: '42501' });
  });

  it('is the owner that migrates on AWS: it makes roles, and no databases', async () => {
    const { rows } = await database.execute(`
      SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
        pg_has_role('pg_monitor', 'USAGE') AS monitors, pg_has_role('pg_signal_backend', 'USAGE') AS signals
      FROM pg_roles WHERE rolname = session_user`);
    expect(rows).toEqual([
      {
        rolsuper: false,
        rolcreaterole: true,
        rolcreatedb: false,
        rolreplication: false,
        rolbypassrls: false,
        monitors: false,
        signals: false,
      },
    ]);
  });
});
