import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { reports } from '../reports/reports.ts';
import { archiveList, archiveRestore } from './archive.ts';
import { archiveHold, archiveHolds, archiveRelease } from './archive-hold.ts';
import { audit } from './audit.ts';
import { type Cli, globalOptionsOf, pathOf, type Verb } from './cli.ts';
import { completion } from './completion.ts';
import { console } from './console.ts';
import { deadLettersList, deadLettersRedrive } from './dead-letters.ts';
import { doctor } from './doctor.ts';
import { eventSend, eventValidate } from './event.ts';
import { examplesOf } from './examples.ts';
import { exportEvents } from './export.ts';
import { addGlobalOptions } from './global-options.ts';
import { incidentList, incidentShow, incidentSnooze } from './incident.ts';
import { migrateStatus, migrateUp } from './migrate.ts';
import { rejectedList, rejectedShow } from './rejected.ts';
import { rejectedReplay } from './rejected-replay.ts';
import { reportCms } from './report/cms.ts';
import { reportVerb } from './report/report-verb.ts';
import { requestClose, requestList, requestShow } from './request.ts';
import { requestResend } from './request-resend.ts';
import { retryList, retryRun } from './retry.ts';
import { retryBatch, retryBatches, retryCancel } from './retry-batch.ts';
import { retryPause, retryPauses, retryResume } from './retry-pause.ts';
import { stuck } from './stuck.ts';

/** `pagw retry …` */
export const retryVerbs: readonly Verb[] = [
  ...[retryList, retryRun],
  ...[retryBatch, retryBatches, retryCancel],
  ...[retryPause, retryResume, retryPauses],
];

/** The group `pagw report`, in the order of its help. */
export const reportVerbs: readonly Verb[] = [
  ...reports.map((report) => (report.name === 'cms' ? reportCms : reportVerb(report))),
];

/** The groups of verbs, in the order of the help. A new verb is a file in commands/ and a name here. */
const GROUPS: readonly (readonly [name: string, summary: string, verbs: readonly Verb[]])[] = [
  ['request', 'what happened to a request', [requestShow, requestList, requestResend, requestClose]],
  ['event', 'send and check events', [eventSend, eventValidate]],
  ['report', 'what the events add up to', reportVerbs],
  ['incident', 'stuck requests of one tenant, stage and cause', [incidentList, incidentShow, incidentSnooze]],
  ['retry', 'what is retried, when, and what is held back', retryVerbs],
  ['rejected', 'events that were refused, and why', [rejectedList, rejectedShow, rejectedReplay]],
  ['dead-letters', 'events that could not be recorded', [deadLettersList, deadLettersRedrive]],
  [
    'archive',
    'history that left the database',
    [archiveList, archiveRestore, archiveHold, archiveRelease, archiveHolds],
  ],
  ['migrate', 'the database schema', [migrateStatus, migrateUp]],
];

const VERBS: readonly Verb[] = [stuck, console, audit, exportEvents, doctor, completion];

export function createProgram(cli: Cli): Command {
  const program = new Command('pagw')
    .description('Works with the PAGW event tracker: timelines, refused events, schema, health.')
    .version(manifest.version, '-V, --version')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, visibleGlobalOptions: globalOptionsOf })
    .configureOutput({
      writeOut: (text) => cli.io.stdout.write(text),
      writeErr: (text) => cli.io.stderr.write(text),
      // Errors are thrown here and printed in one place.
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
Exit codes: 0 fine, 1 failure, 2 cancelled, 4 not authorised, 5 not found, 10 condition found, 64 usage, 129 hung up, 130 interrupted, 143 terminated.`;

function inheritSettings(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent);
    const examples = examplesOf(pathOf(command));
    if (examples.length > 0) command.addHelpText('after', `\nExamples:\n${examples.join('\n')}`);
    inheritSettings(command);
  }
}
