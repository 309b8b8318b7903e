import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../lib/data-access/database.ts';
import { makeOwner, OWNER, setLoginPassword } from '../../../lib/data-access/logins.ts';
import { ensurePartitions } from '../../../lib/data-access/maintain.ts';
import { limitReader } from '../../../lib/data-access/migrate.ts';
import { admitOwner } from '../../../lib/flows/admit/admit-owner.ts';
import { migrate } from '../../../lib/flows/migrate/migrate.ts';
import { startDataApi } from '../../../lib/local/data-api/start-data-api.ts';
import type { PostgresServer } from '../../../lib/local/postgres/postgres-server.ts';
import { dataApiClient, targetOf } from '../../support/data-api-client.ts';
import { folderForFile } from '../../support/for-file.ts';
import { startPostgresAnywhere } from '../../support/free-port.ts';
import { PATIENTLY } from '../../support/waiting.ts';

/** On a server of its own: roles belong to the server, and the owner is to be made here. */
const migrationsFolder = fileURLToPath(new URL('../../../migrations', import.meta.url));
const dataDirectory = folderForFile();
const DATABASE = 'claims';
const MASTER = 'claims_master';
const SECRET = 'what the secret holds';
let postgres: PostgresServer;
let closes: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  postgres = await startPostgresAnywhere({ dataDirectory, fsync: false });
});

afterEach(async () => {
  for (const close of closes) await close();
  closes = [];
  await asSuperuser(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
  const { rows } = await asSuperuser(`SELECT rolname FROM pg_roles WHERE rolname ~ '^(pagw|claims)_'`);
  await asSuperuser(`DROP ROLE IF EXISTS ${rows.map(({ rolname }) => rolname).join(', ')}`);
});

afterAll(() => postgres.stop());

async function asSuperuser(sql: string) {
  const client = new Client({ connectionString: postgres.connectionString('postgres') });
  await client.connect();
  return client.query<Record<string, unknown>>(sql).finally(() => client.end());
}

/** The master user as RDS makes it, who owns the first database ("Understanding the rds_superuser role"). */
async function makeMaster(attributes = 'CREATEDB CREATEROLE'): Promise<void> {
  await asSuperuser(`CREATE ROLE ${MASTER} LOGIN NOSUPERUSER ${attributes} PASSWORD 'master'`);
  await asSuperuser(`CREATE DATABASE ${DATABASE} OWNER ${MASTER}`);
}

/** Through the endpoint, with the password that PostgreSQL asks for. */
async function logIn(user: string, password: string, transactionIdleMs?: number): Promise<Database> {
  const address = { host: '127.0.0.1', port: postgres.port, user, password };
  const endpoint = await startDataApi({
    port: 0,
    postgres: address,
    defaultDatabase: DATABASE,
    ...(transactionIdleMs === undefined ? {} : { transactionIdleMs }),
  });
  const client = dataApiClient(endpoint.url);
  closes.push(async () => {
    client.destroy();
    await endpoint.close();
  });
  return openDatabase(client, targetOf(DATABASE));
}

const asMaster = (): Promise<Database> => logIn(MASTER, 'master');

async function ofTheReview(database: Database, ...names: string[]): Promise<void> {
  for (const name of names) {
    const text = await readFile(join(migrationsFolder, `${name}.sql`), 'utf8');
    // The review's files hold no `;` but between statements and in the bodies of DO.
    for (const statement of text.split(/;\s*\n(?=\s*(?:--|CREATE|ALTER|COMMENT|DO|$))/))
      if (/^\s*(?!--)\S/m.test(statement)) await database.execute(statement);
  }
}

const V005 = [
  'V001__create_request_status',
  'V002__create_request_tracker',
  'V003__create_event_status',
  'V004__index_request_tracker',
  'V005__create_event_tracker',
];

/** What a deployment does as the owner. */
async function deploy(password = SECRET): Promise<Database> {
  const owner = await logIn(OWNER, password);
  expect(await migrate(owner, { migrationsFolder })).toMatchObject({ complete: true });
  await ensurePartitions(owner, new Date('2026-03-01T10:00:00Z'));
  await setLoginPassword(owner, 'pagw_rotator_a', 'rotator');
  await limitReader(owner, ['anthem']);
  await limitReader(owner, null);
  return owner;
}

async function expectOwnerIsIn(): Promise<void> {
  const owner = await logIn(OWNER, SECRET);
  await owner.execute('CREATE TABLE made_by_the_owner ()');
  await owner.execute('CREATE ROLE pagw_made');
  expect(await owners(owner)).toEqual([{ owner: OWNER }]);
}

/** Whose the tables, views, sequences, functions and types of the schema are. */
async function owners(database: Database): Promise<unknown[]> {
  const { rows } = await database.execute(
    `SELECT DISTINCT owner::regrole::text FROM (
       SELECT relowner AS owner FROM pg_class WHERE relnamespace = 'public'::regnamespace
       UNION ALL SELECT proowner FROM pg_proc WHERE pronamespace = 'public'::regnamespace
       UNION ALL SELECT typowner FROM pg_type WHERE typnamespace = 'public'::regnamespace
     ) AS object`,
  );
  return rows;
}

it.each([
  ['the master user of a cluster', 'CREATEDB CREATEROLE'],
  ['a user of a cluster that was there before', 'CREATEROLE'],
])('%s lets the owner into an empty database, who migrates alone', async (_, attributes) => {
  await makeMaster(attributes);
  await admitOwner(await asMaster(), SECRET);
  const owner = await deploy();
  expect(await owners(owner)).toEqual([{ owner: OWNER }]);
  const { rows } = await owner.execute(
    `SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication,
       pg_has_role('${MASTER}', 'MEMBER') AS may_be_master
     FROM pg_roles WHERE rolname = current_user`,
  );
  const none = { rolsuper: false, rolcreatedb: false, rolbypassrls: false, rolreplication: false };
  expect(rows).toEqual([{ ...none, rolcreaterole: true, mayBeMaster: false }]);
});

it.each([
  ['V005', V005],
  ['V006', [...V005, 'V006__add_event_tracker_metadata']],
])(
  'takes over what the master made, at %s, with its rows; and the master goes on using it',
  async (_, files) => {
    await makeMaster();
    const master = await asMaster();
    await ofTheReview(master, ...files);
    await master.execute(`INSERT INTO request_tracker (pagw_id, tenant) VALUES ('PAGW-1', 'anthem')`);
    const record = (no: number) =>
      master.execute(
        `INSERT INTO event_tracker (tenant, pagw_id, stage, event_type, status, sequence_no)
         VALUES ('anthem', 'PAGW-1', 'PARSING', 'PARSE_OK', 'COMPLETED', ${no})`,
      );
    await record(1);
    await admitOwner(master, SECRET);
    await record(2);
    const owner = await deploy();
    expect(await owners(owner)).toEqual([{ owner: OWNER }]);
    const { rows } = await master.execute('SELECT sequence_no FROM event_tracker ORDER BY 1');
    expect(rows).toEqual([{ sequenceNo: 1 }, { sequenceNo: 2 }]);
  },
);

it('repeated, before and after migrations, sets the password and changes nothing else', async () => {
  await makeMaster();
  const master = await asMaster();
  const rights = () =>
    asSuperuser(
      `SELECT roleid::regrole::text, member::regrole::text, grantor::regrole::text, admin_option, inherit_option, set_option
       FROM pg_auth_members WHERE roleid = '${OWNER}'::regrole ORDER BY 1, 2, 3`,
    ).then(({ rows }) => rows);
  await admitOwner(master, 'first');
  const after = await rights();
  await admitOwner(master, 'second');
  await deploy('second');
  await admitOwner(master, SECRET);
  expect(await rights()).toEqual(after);
  await expectOwnerIsIn();
  const former = {
    host: '127.0.0.1',
    port: postgres.port,
    database: DATABASE,
    user: OWNER,
    password: 'first',
  };
  await expect(new Client(former).connect()).rejects.toMatchObject({ code: '28P01' });
});

it('several at once all end with the owner let in', async () => {
  await makeMaster();
  const master = await asMaster();
  await ofTheReview(master, ...V005);
  for (let round = 0; round < 3; round++)
    await Promise.all(Array.from({ length: 4 }, () => admitOwner(master, SECRET)));
  await expectOwnerIsIn();
});

it('cut before its end leaves nothing, and holds nobody up once its transaction has ended', async () => {
  await makeMaster();
  const master = await logIn(MASTER, 'master', 400);
  await ofTheReview(master, ...V005);
  // The caller is gone: neither committed nor rolled back.
  let reached = () => {};
  const cut = new Promise<void>((settle) => {
    reached = settle;
  });
  const abandoned: Database = {
    execute: (...call) => master.execute(...call),
    transaction: (work) =>
      master.transaction(async (transaction) => {
        await work(transaction);
        reached();
        return new Promise<never>(() => {});
      }),
  };
  void makeOwner(abandoned, 'never used');
  await cut;
  expect((await asSuperuser(`SELECT FROM pg_roles WHERE rolname = '${OWNER}'`)).rowCount).toBe(0);
  await admitOwner(master, SECRET);
  await expectOwnerIsIn();
});

it('waits for a table that is in use', async () => {
  await makeMaster();
  const master = await asMaster();
  await ofTheReview(master, ...V005);
  const reader = new Client({ connectionString: postgres.connectionString(DATABASE) });
  await reader.connect();
  await reader.query('BEGIN');
  await reader.query('LOCK TABLE event_tracker IN ACCESS SHARE MODE');
  const admitted = admitOwner(master, SECRET);
  await expect
    .poll(async () => (await asSuperuser('SELECT FROM pg_locks WHERE NOT granted')).rowCount, PATIENTLY)
    .toBeGreaterThan(0);
  await reader.query('COMMIT');
  await reader.end();
  await admitted;
  await expectOwnerIsIn();
});

it('lets the owner in again whose password a restored database does not have', async () => {
  await makeMaster();
  const master = await asMaster();
  await admitOwner(master, 'of the time of the backup');
  await (await logIn(OWNER, 'of the time of the backup')).execute('CREATE TABLE restored ()');
  await admitOwner(master, SECRET);
  await expectOwnerIsIn();
});

it('refuses, in a sentence, what the master user may not do', async () => {
  await makeMaster();
  const master = await asMaster();
  await asSuperuser(`CREATE ROLE claims_app`);
  await asSuperuser(`GRANT claims_app TO ${MASTER} WITH INHERIT FALSE`);
  await ofTheReview(master, ...V005);
  const own = async (owner: string) => {
    const client = new Client({ connectionString: postgres.connectionString(DATABASE) });
    await client.connect();
    await client.query(`ALTER TABLE event_tracker OWNER TO ${owner}`).finally(() => client.end());
  };
  await own('claims_app');
  await expect(admitOwner(master, SECRET)).rejects.toThrow(
    'TABLE event_tracker belongs to claims_app. As that one, or as who made it: GRANT claims_app TO claims_master WITH INHERIT TRUE.',
  );
  await asSuperuser(`GRANT claims_app TO ${MASTER} WITH INHERIT TRUE`);
  await admitOwner(master, SECRET);
  const itself = await logIn(OWNER, SECRET);
  await expect(admitOwner(itself, SECRET)).rejects.toThrow(/State the secret of the cluster's master user/);
  await asSuperuser(`CREATE ROLE claims_other LOGIN CREATEROLE PASSWORD 'other'`);
  await expect(admitOwner(await logIn('claims_other', 'other'), SECRET)).rejects.toThrow(
    'pagw_owner was made by another user. As that one: GRANT pagw_owner TO claims_other WITH ADMIN OPTION.',
  );
});

it('refuses a database of another, which it could not hand on, and takes it once that one has granted it', async () => {
  await asSuperuser(`CREATE ROLE ${MASTER} LOGIN NOSUPERUSER CREATEROLE PASSWORD 'master'`);
  await asSuperuser('CREATE ROLE claims_dba');
  await asSuperuser(`CREATE DATABASE ${DATABASE} OWNER claims_dba`);
  const master = await asMaster();
  await expect(admitOwner(master, SECRET)).rejects.toThrow(
    'The database belongs to claims_dba. As that one: GRANT CREATE, USAGE ON SCHEMA public TO claims_master WITH GRANT OPTION.',
  );
  const dba = new Client({ connectionString: postgres.connectionString(DATABASE) });
  await dba.connect();
  await dba
    .query(`SET ROLE claims_dba; GRANT CREATE, USAGE ON SCHEMA public TO ${MASTER} WITH GRANT OPTION`)
    .finally(() => dba.end());
  await admitOwner(master, SECRET);
  expect(await owners(await deploy())).toEqual([{ owner: OWNER }]);
});
