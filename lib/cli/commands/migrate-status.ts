import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { ExitCode } from '../exit-code.ts';
import { type MigrationState, readMigrationStates, readPendingFunctions } from '../migration-states.ts';
import { printList } from '../output/print-list.ts';
import type { Cell, Column } from '../output/table.ts';
import { momentText, plural, type TimeZone } from '../output/time-text.ts';

const STATE_CELLS: Readonly<Record<MigrationState['state'], Cell>> = {
  applied: { text: '✓ APPLIED', style: 'green' },
  pending: { text: '○ PENDING', style: 'yellow' },
  changed: { text: '✗ CHANGED', style: 'red' },
  missing: { text: '✗ FILE MISSING', style: 'red' },
};

export function migrateStatus(cli: Cli): Command {
  return new Command('status')
    .description('compare the migrations of this version with the database')
    .action((_options: object, command: Command) =>
      cli.run(command, [], async (session) => {
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
    { title: 'STATE', cell: ({ state }) => STATE_CELLS[state] },
    {
      title: 'APPLIED',
      cell: ({ appliedAt }) => appliedAt && { text: momentText(appliedAt, zone), style: 'dim' },
    },
  ];
}
