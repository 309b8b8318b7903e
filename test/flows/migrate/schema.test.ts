import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schemaText, withPicture } from '../../../lib/flows/migrate/dump-schema.ts';
import { migrate } from '../../../lib/flows/migrate/migrate.ts';
import { readFunctionFiles, readMigrationFiles } from '../../../lib/flows/migrate/migration-file.ts';
import { openEmptyDatabase, openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { applyReviewSchema, migrationsFolder } from '../../support/review-schema.ts';

const text = (file: string) => readFileSync(file, 'utf8').replaceAll('\r\n', '\n');

async function migrated<T>(
  before: (db: TestDatabase) => Promise<unknown>,
  read: (db: TestDatabase) => Promise<T>,
): Promise<T> {
  const db = await openEmptyDatabase();
  try {
    await before(db);
    await migrate(db.database, { migrationsFolder });
    return await read(db);
  } finally {
    await db.close();
  }
}

describe('the schema', () => {
  it('is what npm run schema:dump wrote, from an empty database and from one with V006 rows', async () => {
    const page = text('docs/schema.md');
    const [dumped, drawn] = await migrated(
      async () => undefined,
      async ({ database }) => [await schemaText(database), await withPicture(page, database)],
    );
    expect(dumped).toBe(text('migrations/schema.sql'));
    expect(drawn).toBe(page);

    const backfilled = await migrated(
      async (db) => {
        await applyReviewSchema(db);
        await db.database.execute(
          `INSERT INTO request_tracker (pagw_id, tenant) VALUES ('PAGW-1', 'ANTHEM')`,
        );
        await db.database.execute(
          `INSERT INTO event_tracker (tenant, pagw_id, stage, event_type, sequence_no)
           VALUES ('ANTHEM', 'PAGW-1', 'PARSER', 'PARSE_START', 1)`,
        );
      },
      async ({ database }) => {
        const { rows } = await database.execute('SELECT FROM event_tracker');
        expect(rows).toHaveLength(1);
        return schemaText(database);
      },
    );
    expect(backfilled).toBe(dumped);
  });

  it('tells a changed default, grant, check, trigger, comment and setting apart', async () => {
    const { database, close } = await openTestDatabase();
    try {
      const dumps = [await schemaText(database)];
      for (const change of [
        `ALTER TABLE incident ALTER COLUMN reminders_sent SET DEFAULT 1`,
        `GRANT DELETE ON incident TO pagw_writer`,
        `REVOKE EXECUTE ON FUNCTION archived_through FROM pagw_reader`,
        `ALTER TABLE incident ADD CHECK (reminders_sent < 9)`,
        `DROP TRIGGER watch_request_again ON request_tracker`,
        `COMMENT ON TABLE incident IS 'changed'`,
        `ALTER FUNCTION append_events SET enable_seqscan = on`,
        `ALTER VIEW waiting_failure SET (security_invoker = false)`,
        `SELECT limit_reader('{anthem}')`,
      ]) {
        await database.execute(change);
        dumps.push(await schemaText(database));
      }
      expect(new Set(dumps).size).toBe(10);
    } finally {
      await close();
    }
  });

  it('defines no name twice, and functions and views in functions/ alone', async () => {
    const numbered = (await readMigrationFiles(migrationsFolder)).filter(({ version }) => version > 'V006');
    const functions = await readFunctionFiles(migrationsFolder);
    const defined = (files: readonly { name: string; statements: string[] }[]) =>
      files.flatMap(({ statements }) =>
        statements
          .flatMap((statement) => [
            ...statement.matchAll(
              /^(?:CREATE (?:OR REPLACE )?(?:UNIQUE )?(TABLE|INDEX|VIEW|FUNCTION|TRIGGER|TYPE)| {2}ADD (COLUMN)(?! IF)) (\w+)/gm,
            ),
          ])
          .map(([, kind, column, name]) => `${kind ?? column} ${name}`),
      );
    const names = [...defined(numbered), ...defined(functions)];
    expect(names.length).toBeGreaterThan(120);
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
    expect(defined(numbered).filter((name) => /^(VIEW|FUNCTION|TRIGGER)/.test(name))).toEqual([]);
  });

  it('says above each function and view what calls it', async () => {
    const silent = globSync('migrations/functions/*.sql').filter(
      (file) =>
        !/^(?:--.*\n)*-- .*(?:Called|Read) (?:by|for|before)[^\n]*\n(?:--.*\n)*CREATE/.test(text(file)),
    );
    expect(silent).toEqual([]);
  });

  it('names above a function or view just those modules and functions whose code names it', async () => {
    const code = (file: string) => text(file).replace(/\/\*[\s\S]*?\*\/|^\s*(?:--|\/\/).*$/gm, '');
    const users = globSync(['lib/data-access/*.ts', 'migrations/functions/*.sql']).map((file) => ({
      file,
      said: file.endsWith('.sql') ? basename(file, '.sql') : file,
      code: code(file),
    }));
    const wrong = [];
    for (const { name } of await readFunctionFiles(migrationsFolder)) {
      const file = `migrations/functions/${name}.sql`;
      const comment = (text(file).match(/^--.*$/gm) ?? []).join('\n');
      const callers = /\b(?:Called|Read) (?:by|for|before)[\s\S]*?\.(?=\n|$)/.exec(comment)?.[0] ?? '';
      for (const user of users.filter((user) => user.file !== file)) {
        const uses = new RegExp(`\\b${name}\\b`).test(user.code);
        const isSaid = new RegExp(`\\b${user.said}\\b`).test(callers);
        if (uses !== isSaid) wrong.push(`${name} ${isSaid ? 'says' : 'does not say'} ${user.said}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is named by functions and tables, never by versions of migrations, in docs and doctor', () => {
    const naming = globSync([
      'docs/*.md',
      'README.md',
      'CONTRIBUTING.md',
      'lib/cli/**/*.ts',
      'migrations/functions/*.sql',
    ]).filter((file) =>
      /\bV0(?!0[1-6])\d\d(?!\d)/.test(
        text(file).replaceAll('migrations/V007 … V012', '').replaceAll('migrations/V013 … V022', ''),
      ),
    );
    expect(naming).toEqual([]);
  });
});
