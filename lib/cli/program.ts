import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { reports } from '../reports/reports.ts';
import { archiveHold, archiveHolds, archiveList, archiveRelease, archiveRestore } from './archive.ts';
import { audit } from './audit.ts';
import { type Cli, globalOptionsOf, pathOf, type Verb } from './cli.ts';
import { completion } from './completion.ts';
import { console } from './console.ts';
import { deadLettersList, deadLettersRedrive } from './dead-letters.ts';
import { doctor } from './doctor.ts';
import { eventSend, eventValidate } from './event.ts';
import { exportEvents } from './export.ts';
import { addGlobalOptions } from './global-options.ts';
import { incidentList, incidentShow, incidentSnooze } from './incident.ts';
import { migrateStatus, migrateUp } from './migrate.ts';
import { rejectedList, rejectedReplay, rejectedShow } from './rejected.ts';
import { reportCms } from './report/cms.ts';
import { reportVerb } from './report/report-verb.ts';
import { requestClose, requestList, requestResend, requestShow } from './request.ts';
import { retryList, retryPause, retryPauses, retryResume, retryRun } from './retry.ts';
import { retryBatch, retryBatches, retryCancel } from './retry-batch.ts';
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

/** The groups of verbs, in the order of the help. A new verb stands in the file of its noun and is named here. */
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

/** How each verb is used, for its help; reports that say more have theirs in lib/reports. test/cli/usage.test.ts reads each. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'request show': [
    'pagw request show PAGW-20251226-00005-A7CEB2B3',
    'pagw request show PAGW-20251226-00005-A7CEB2B3 --watch 10',
    'pagw request show PAGW-20251226-00005-A7CEB2B3 -o json',
  ],
  'request list': ['pagw request list --tenant anthem --since 24h', 'pagw request list -o csv --limit 5000'],
  'request resend': ["pagw request resend PAGW-20251226-00005-A7CEB2B3 --reason 'worker was restarted'"],
  'request close': [
    "pagw request close PAGW-20251226-00005-A7CEB2B3 --as void --second maria --reason 'sent twice'",
  ],
  'event send': ['pagw event send -f events.ndjson', 'pagw event send -f - < events.ndjson'],
  'event validate': [
    'pagw event validate -f events.ndjson',
    'pagw event validate -f events.ndjson --strict -o json',
  ],
  'incident list': ['pagw incident list', 'pagw incident list --tenant anthem -o json'],
  'incident show': ['pagw incident show stuck/anthem/API_CONNECTOR/9f2c'],
  'incident snooze': [
    "pagw incident snooze stuck/anthem/API_CONNECTOR/9f2c --for 4h --reason 'carelon knows'",
  ],
  'retry list': ['pagw retry list --state due', 'pagw retry list --tenant anthem --watch'],
  'retry run': ["pagw retry run PAGW-20251226-00005-A7CEB2B3 --reason 'carelon is back'"],
  'retry batch': [
    'pagw retry batch --error-code API_TIMEOUT --downstream carelon --dry-run',
    "pagw retry batch --error-code API_TIMEOUT --downstream carelon --reason 'carelon is back'",
  ],
  'retry batches': ['pagw retry batches --limit 5'],
  'retry cancel': ["pagw retry cancel 12 --reason 'wrong downstream'"],
  'retry pause': ["pagw retry pause --downstream carelon --reason 'down until 06:00'"],
  'retry resume': ["pagw retry resume --downstream carelon --reason 'carelon is back'"],
  'retry pauses': ['pagw retry pauses'],
  'rejected list': ['pagw rejected list --waiting', 'pagw rejected list --since 24h --tenant anthem'],
  'rejected show': ['pagw rejected show 42'],
  'rejected replay': [
    'pagw rejected replay 42',
    'pagw rejected replay --code TENANT_MISMATCH --dry-run',
    "pagw rejected replay --code TENANT_MISMATCH --reason 'the producer is fixed'",
  ],
  'dead-letters list': ['pagw dead-letters list --limit 20'],
  'dead-letters redrive': [
    'pagw dead-letters redrive --dry-run',
    "pagw dead-letters redrive --reason 'the database is back'",
  ],
  'archive list': ['pagw archive list', 'pagw archive list 2026-03 --tenant anthem'],
  'archive restore': ["pagw archive restore PAGW-20251226-00005-A7CEB2B3 --reason 'an appeal'"],
  'archive hold': ["pagw archive hold PAGW-20251226-00005-A7CEB2B3 --reason 'case 4711'"],
  'archive release': ["pagw archive release PAGW-20251226-00005-A7CEB2B3 --reason 'case 4711 is closed'"],
  'archive holds': ['pagw archive holds'],
  'migrate status': ['pagw migrate status'],
  'migrate up': ['pagw migrate up'],
  stuck: [
    'pagw stuck',
    'pagw stuck --tenant anthem --group-by stage,cause --watch',
    'pagw stuck --older-than 2h --exit-code',
  ],
  console: ['pagw console --stack PagwEventTracker-dev'],
  audit: ['pagw audit --since 7d', 'pagw audit --action retry --by maria'],
  export: [
    'pagw export --format xes > log.xes',
    'pagw export --format csv --tenant anthem --since 30d > log.csv',
  ],
  doctor: ['pagw doctor', 'pagw doctor --deep -o json', 'pagw doctor --preflight --region us-east-1'],
  completion: ['source <(pagw completion bash)'],
};

/** Lines for the help of a verb such as `request show`. */
export function examplesOf(path: string): string[] {
  const [group, name] = path.split(' ');
  const examples =
    EXAMPLES[path] ??
    (group === 'report' && name !== undefined ? [`pagw ${path}`, `pagw ${path} -o csv`] : []);
  return examples.map((example) => `  ${example}`);
}
