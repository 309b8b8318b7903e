import { Command } from 'commander';
import { ensurePartitions } from '../../data-access/maintain/ensure-partitions.ts';
import { keepReaderLimited } from '../../data-access/migrate/limit-reader.ts';
import { migrate } from '../../data-access/migrate/migrate.ts';
import type { Cli } from '../cli.ts';
import { migrationsFolder, readMigrationStates } from '../migration-states.ts';
import { openProgress } from '../output/progress.ts';
import { countText, plural } from '../output/time-text.ts';

export function migrateUp(cli: Cli): Command {
  return new Command('up')
    .description('apply the migrations and functions that the database lacks, in order')
    .action((_options: object, command: Command) =>
      cli.run(command, [], async (session) => {
        const connection = await session.connect();
        const database = connection.database('owner');
        const pending = (await readMigrationStates(database)).filter(({ state }) => state === 'pending');
        // Locally a start does the same unasked; a deployment's database is somebody's.
        if (pending.length > 0 && connection.kind === 'deployed')
          await session.confirm(`Apply ${plural(pending.length, 'migration')} to ${connection.name}?`);
        const progress = openProgress(session.io.stderr);
        const { applied, functions, current } = await migrate(database, {
          migrationsFolder,
          onProgress: ({ name, rows }) => {
            if (rows !== undefined) return progress.show(`  ${name}  ${countText(rows)} rows`);
            progress.clear();
            session.say(`${session.paintMessage('✓', 'green')} ${name}`);
          },
        });
        await ensurePartitions(database, new Date());
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
