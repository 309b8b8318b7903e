import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../lib/flows/migrate/migrate.ts';
import { readFunctionFiles } from '../../../lib/flows/migrate/migration-file.ts';
import { openEmptyDatabase, type TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
let folder: string;

beforeEach(async () => {
  db = await openEmptyDatabase();
  folder = await mkdtemp(join(tmpdir(), 'pagw-migrations-'));
});

afterEach(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

async function given(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const answering = (answer: number) =>
  `CREATE OR REPLACE FUNCTION answer() RETURNS int LANGUAGE sql AS $$ SELECT ${answer} $$;`;
const first = { 'V001__a.sql': 'CREATE TABLE a (n int);', 'functions/answer.sql': answering(1) };
const applied = (options: { mayGoOn?: () => boolean; allowNewer?: boolean } = {}) =>
  migrate(db.database, { migrationsFolder: folder, ...options });
const answer = async () => (await db.database.execute('SELECT answer()')).rows[0]?.answer;

describe('functions', () => {
  it('are applied after the numbered files, and again only when their text changes', async () => {
    await given({
      ...first,
      'functions/sum_of_a.sql': 'CREATE OR REPLACE VIEW sum_of_a AS SELECT sum(n) FROM a;',
    });
    expect((await applied()).functions).toEqual(['functions/answer.sql', 'functions/sum_of_a.sql']);
    expect((await applied()).functions).toEqual([]);
    await given({ 'functions/answer.sql': answering(2).replaceAll('$$', () => '\r\n$$') });
    expect((await applied()).functions).toEqual(['functions/answer.sql']);
    expect(await answer()).toBe(2);
    await given({ 'functions/answer.sql': answering(2).replaceAll('$$', () => '\n$$') });
    expect((await applied()).functions).toEqual([]);
  });

  it('are all applied again after a numbered file, which may have dropped what they stand on', async () => {
    await given(first);
    await applied();
    await given({ 'V002__drop.sql': 'DROP FUNCTION answer();' });
    expect((await applied()).functions).toEqual(['functions/answer.sql']);
    expect(await answer()).toBe(1);
  });

  it('say what to do where one of another answer stands', async () => {
    await given(first);
    await applied();
    await given({ 'functions/answer.sql': answering(1).replace('RETURNS int', 'RETURNS bigint') });
    await expect(applied()).rejects.toThrow('Drop that one in a numbered migration');
    expect(await answer()).toBe(1);
  });

  it('of an older version leave a newer one’s alone, and add none of their own', async () => {
    await given({ ...first, 'V002__b.sql': 'CREATE TABLE b (n int);', 'functions/answer.sql': answering(2) });
    await applied();
    await rm(join(folder, 'V002__b.sql'));
    await given({
      'functions/answer.sql': answering(1),
      'functions/gone.sql': answering(0).replace('answer', 'gone'),
    });
    expect(await applied({ allowNewer: true })).toEqual({
      applied: [],
      functions: [],
      current: 'V002',
      complete: true,
    });
    expect(await answer()).toBe(2);
    await expect(db.database.execute('SELECT gone()')).rejects.toThrow('does not exist');
  });

  it('resume where a run was cut', async () => {
    await given({ ...first, 'functions/b.sql': answering(3).replace('answer', 'b') });
    let steps = 0;
    const cut = await applied({ mayGoOn: () => ++steps <= 2 });
    expect(cut).toMatchObject({
      applied: ['V001__a.sql'],
      functions: ['functions/answer.sql'],
      complete: false,
    });
    expect(await applied()).toMatchObject({ functions: ['functions/b.sql'], complete: true });
  });

  it('roll back whole, and the file is named', async () => {
    await given({ ...first, 'functions/answer.sql': `${answering(1)} SELECT 1/0;` });
    await expect(applied()).rejects.toThrow('functions/answer.sql failed and was rolled back');
    await expect(answer()).rejects.toThrow('does not exist');
  });

  it('come after those that their code names; a comment may name callers', async () => {
    await given({
      ...first,
      'functions/answer.sql': `-- Called by twice.\n${answering(1)}`,
      'functions/a_view.sql': 'CREATE OR REPLACE VIEW a_view AS SELECT twice();',
      'functions/twice.sql':
        'CREATE OR REPLACE FUNCTION twice() RETURNS int LANGUAGE sql RETURN 2 * answer();',
    });
    expect((await readFunctionFiles(folder)).map(({ name }) => name)).toEqual(['answer', 'twice', 'a_view']);
    await applied();
  });

  it.each([
    [
      'a name that is not the file’s',
      { 'functions/b.sql': answering(1) },
      'functions/b.sql must hold CREATE OR REPLACE',
    ],
    ['nothing', { 'functions/b.sql': '-- b' }, 'b.sql holds no statement'],
    [
      'a circle',
      {
        'functions/a.sql': 'CREATE OR REPLACE FUNCTION a() RETURNS int LANGUAGE sql RETURN b();',
        'functions/b.sql': 'CREATE OR REPLACE FUNCTION b() RETURNS int LANGUAGE sql RETURN a();',
      },
      'a uses b uses a',
    ],
  ])('refuse %s before anything is applied', async (_, files, message) => {
    await given({ 'V001__a.sql': 'CREATE TABLE a (n int);', ...files });
    await expect(applied()).rejects.toThrow(message);
    await expect(db.database.execute('SELECT FROM schema_migration')).rejects.toThrow('does not exist');
  });
});
