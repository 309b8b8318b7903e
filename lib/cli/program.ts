import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import type { Cli, Verb } from './cli.ts';
import { archiveList } from './commands/archive-list.ts';
import { archiveRestore } from './commands/archive-restore.ts';
import { completion } from './commands/completion.ts';
import { deadLettersList } from './commands/dead-letters-list.ts';
import { deadLettersRedrive } from './commands/dead-letters-redrive.ts';
import { doctor } from './commands/doctor.ts';
import { eventSend } from './commands/event-send.ts';
import { eventValidate } from './commands/event-validate.ts';
import { incidentList } from './commands/incident-list.ts';
import { incidentSnooze } from './commands/incident-snooze.ts';
import { migrateStatus } from './commands/migrate-status.ts';
import { migrateUp } from './commands/migrate-up.ts';
import { rejectedList } from './commands/rejected-list.ts';
import { rejectedReplay } from './commands/rejected-replay.ts';
import { rejectedShow } from './commands/rejected-show.ts';
import { reportVerbs } from './commands/report-verbs.ts';
import { requestClose } from './commands/request-close.ts';
import { requestList } from './commands/request-list.ts';
import { requestShow } from './commands/request-show.ts';
import { retryVerbs } from './commands/retry-verbs.ts';
import { stuck } from './commands/stuck.ts';
import { addGlobalOptions } from './global-options.ts';

/** The groups of verbs, in the order of the help. A new verb is a file in commands/ and a name here. */
const GROUPS: readonly (readonly [name: string, summary: string, verbs: readonly Verb[]])[] = [
  ['request', 'what happened to a request', [requestShow, requestList, requestClose]],
  ['event', 'send and check events', [eventSend, eventValidate]],
  ['report', 'what the events add up to', reportVerbs],
  ['incident', 'stuck requests of one tenant, stage and cause', [incidentList, incidentSnooze]],
  ['retry', 'what is retried, when, and what is held back', retryVerbs],
  ['rejected', 'events that were refused, and why', [rejectedList, rejectedShow, rejectedReplay]],
  ['dead-letters', 'events that could not be recorded', [deadLettersList, deadLettersRedrive]],
  ['archive', 'history that left the database', [archiveList, archiveRestore]],
  ['migrate', 'the database schema', [migrateStatus, migrateUp]],
];

const VERBS: readonly Verb[] = [stuck, doctor, completion];

export function createProgram(cli: Cli): Command {
  const program = new Command('pagw')
    .description('Looks after the PAGW event tracker: timelines, refused events, schema, health.')
    .version(manifest.version, '-V, --version')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => cli.io.stdout.write(text),
      writeErr: (text) => cli.io.stderr.write(text),
      // Errors are thrown and told in one place.
      outputError: () => undefined,
      getOutHelpWidth: () => cli.io.stdout.columns ?? 100,
      getErrHelpWidth: () => cli.io.stderr.columns ?? 100,
    })
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText('after', EPILOGUE);
  addGlobalOptions(program);
  for (const [name, summary, verbs] of GROUPS) {
    const group = new Command(name).description(summary);
    for (const verb of verbs) group.addCommand(verb(cli));
    program.addCommand(group);
  }
  for (const verb of VERBS) program.addCommand(verb(cli));
  inheritSettings(program);
  return program;
}

const EPILOGUE = `
Which tracker: --url, then --stack, then PAGW_URL or PAGW_STACK, then the local one at http://localhost:4780.
Exit codes: 0 fine, 1 failure, 2 cancelled, 4 not authorised, 5 not found, 10 condition found, 64 usage, 130 interrupted.`;

function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    inheritSettings(command);
  }
}
