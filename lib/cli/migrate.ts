import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Database } from '../data-access/database.ts';
import { ensurePartitions } from '../data-access/maintain.ts';
import { keepReaderLimited, listAppliedFunctions, listAppliedMigrations } from '../data-access/migrate.ts';
import { parseDecisionPolicy } from '../domain/decision-clock.ts';
import { defaultFoldRules } from '../domain/request-fold.ts';
import { migrationMarks, plural } from '../domain/words.ts';
import { migrate } from '../flows/migrate/migrate.ts';
import { readFunctionFiles, readMigrationFiles } from '../flows/migrate/migration-file.ts';
import { type Cli, newVerb } from './cli.ts';
import { ExitCode } from './cli-error.ts';
import { momentText, type TimeZone } from './moment-text.ts';
import { openProgress } from './output/open-output.ts';
import { markCell, outcomeGlyph } from './output/paint.ts';
import { printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';

export function migrateStatus(cli: Cli): Command {
  return newVerb('status', [])
    .description('compare the migrations of this version with the database')
    .action((_options: object, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        const database = connection.database('reader');
        const states = await readMigrationStates(database);
        const functions = await readPendingFunctions(database);
        printList(session, {
          name: 'migrations',
          rows: states,
          columns: columns(session.options.time),
          fields: ['version', 'name', 'state', 'appliedAt'],
          empty: 'There is no migration.',
        });
        const count = (state: MigrationState['state']) => states.filter((row) => row.state === state).length;
        const faults = count('changed') + count('missing');
        if (faults > 0)
          session.say(
            'Applied files are changed or missing: restore them; changes belong into a new migration.',
          );
        else if (count('pending') > 0) session.say('Apply what is pending with `pagw migrate up`.');
        else if (functions.length > 0)
          session.say(
            `${plural(functions.length, 'function')} to apply with \`pagw migrate up\`: ${functions.join(', ')}.`,
          );
        return faults > 0 ? ExitCode.conditionFound : ExitCode.fine;
      }),
    );
}

function columns(zone: TimeZone): Column<MigrationState>[] {
  return [
    { title: 'MIGRATION', cell: ({ name }) => name },
    { title: 'STATE', cell: ({ state }) => markCell(migrationMarks[state]) },
    {
      title: 'APPLIED',
      cell: ({ appliedAt }) => appliedAt && { text: momentText(appliedAt, zone), style: 'dim' },
    },
  ];
}

export function migrateUp(cli: Cli): Command {
  return newVerb('up', ['yes'])
    .description('apply the migrations and functions that the database lacks, in order')
    .action((_options: object, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        const database = connection.database('owner');
        const pending = (await readMigrationStates(database)).filter(({ state }) => state === 'pending');
        // Locally a start does the same unasked; a deployment's database is somebody's.
        if (pending.length > 0 && connection.kind === 'deployed')
          await session.confirm(`Apply ${plural(pending.length, 'migration')} to ${connection.name}?`);
        const progress = openProgress(session.io.stderr);
        const { applied, functions, current } = await migrate(database, {
          migrationsFolder,
          rules: { ...defaultFoldRules, policy: parseDecisionPolicy(connection.decisionPolicy) },
          onProgress: ({ name, rows }) => {
            if (rows !== undefined) return progress.show(`  ${name}  ${plural(rows, 'row')}`);
            progress.clear();
            session.say(`${outcomeGlyph('done', session.paintMessage)} ${name}`);
          },
        });
        await ensurePartitions(database, connection.now());
        await keepReaderLimited(database);
        progress.clear();
        session.printCounts({ applied, functions, current });
        session.say(
          applied.length + functions.length === 0
            ? `Nothing to apply: the database is at ${current}.`
            : `${plural(applied.length, 'migration')} and ${plural(functions.length, 'function')} applied: the database is at ${current}.`,
        );
        return undefined;
      }),
    );
}

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

/** A migration of this version, of the database, or of both. */
export interface MigrationState {
  version: string;
  name: string;
  /** changed: not what was applied; missing: applied, but this version has no such file. */
  state: 'applied' | 'pending' | 'changed' | 'missing';
  appliedAt: Date | null;
}

export async function readMigrationStates(database: Database): Promise<MigrationState[]> {
  const files = await readMigrationFiles(migrationsFolder);
  const applied = new Map((await listAppliedMigrations(database)).map((row) => [row.version, row]));
  const states = files.map(({ version, name, checksum }): MigrationState => {
    const known = applied.get(version);
    applied.delete(version);
    if (known === undefined) return { version, name, state: 'pending', appliedAt: null };
    const state = known.checksum === checksum ? 'applied' : 'changed';
    return { version, name, state, appliedAt: known.appliedAt };
  });
  const missing = [...applied.values()].map(
    ({ version, name, appliedAt }): MigrationState => ({ version, name, state: 'missing', appliedAt }),
  );
  return [...states, ...missing];
}

/** The functions and views of this version that are not in the database as they are here, by name. */
export async function readPendingFunctions(database: Database): Promise<string[]> {
  const files = await readFunctionFiles(migrationsFolder);
  const applied = new Map((await listAppliedFunctions(database)).map((row) => [row.name, row.checksum]));
  return files.filter(({ name, checksum }) => applied.get(name) !== checksum).map(({ name }) => name);
}
