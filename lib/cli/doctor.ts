import { type Command, Option } from 'commander';
import { commandsToTracker } from '../domain/printable-text.ts';
import { plural } from '../domain/words.ts';
import { type Cli, newVerb } from './cli.ts';
import { ExitCode, toCliError, usageError } from './cli-error.ts';
import {
  checkDuplicateSequences,
  checkGrowth,
  checkIndexUse,
  checkLogTimeline,
  checkMetadataSize,
  checkRetryWorker,
  checkTimelineSpeed,
} from './doctor/after-checks.ts';
import {
  checkConcurrentWrites,
  checkMetadata,
  checkRetryQuery,
  checkServiceMethods,
  checkTimeline,
  checkUniqueSequence,
  checkV005Applied,
  checkV006Applied,
} from './doctor/before-checks.ts';
import {
  type CheckContext,
  type CheckOutcome,
  type CheckPart,
  type DoctorCheck,
  fail,
  headingText,
  notApplicable,
  resultText,
} from './doctor/doctor-check.ts';
import type { Account, PreflightCheck } from './doctor/preflight.ts';
import {
  checkAnswers,
  checkCanary,
  checkDatabase,
  checkDecisionPolicy,
  checkMigrations,
  checkPartitions,
  checkQueue,
  checkRetryPolicy,
  checkSequences,
  checkStates,
  checkTimelinePlan,
  checkUniqueIndexes,
  checkVersions,
} from './doctor/state-checks.ts';
import { trackerOptions } from './global-options.ts';
import { openProgress, type Progress } from './output/open-output.ts';
import type { Session } from './session.ts';

interface DoctorOptions {
  preflight?: boolean;
  beforeDeployment?: boolean;
  afterDeployment?: boolean;
  deep?: boolean;
  only?: string[];
}

export function doctor(cli: Cli): Command {
  return (
    newVerb('doctor', [])
      .description('check the tracker from end to end; exit code 10 when a check fails')
      .option('--preflight', 'only the account, before the first deployment to it')
      .option('--before-deployment', 'only the checklist for before a deployment')
      // Not --after: that is where a page ended, for every verb.
      .option('--after-deployment', 'only the checklist for after a deployment')
      .addOption(
        new Option('--only <check...>', 'only these, as when one that failed is fixed')
          .choices(doctorChecks.map(({ id }) => id))
          .conflicts(['preflight', 'beforeDeployment', 'afterDeployment']),
      )
      .option('--deep', 'check the sequence and the state of every request, however long it takes')
      .action((options: DoctorOptions, command: Command) =>
        cli.run(command, async (session) => {
          if (options.preflight === true) return await preflight(session);
          const connection = await session.connect();
          const progress = openProgress(session.io.stderr);
          const context = {
            connection,
            database: connection.database('reader'),
            now: connection.now(),
            deep: options.deep ?? false,
            onProgress: (text: string) => progress.show(`  ${text}`),
          };
          return await report(session, runChecks(chosen(options), context), connection.name, progress);
        }),
      )
  );
}

/** Nothing of the tracker is there yet to connect to: `--stack` names the stage, `dev` if it is left out. */
async function preflight(session: Session): Promise<ExitCode> {
  const { stack = session.io.env.PAGW_STACK ?? 'PagwEventTracker-dev' } = session.options;
  const [, stage] = /^(?:[a-z][a-z0-9-]*-)?PagwEventTracker-([A-Za-z0-9-]+)$/.exec(stack) ?? [];
  if (stage === undefined)
    throw usageError(
      '--preflight takes the stage from --stack.',
      'Name it as in --stack PagwEventTracker-dev, behind the name prefix if the stage has one.',
    );
  const { openAccount, preflightChecks } = await import('./doctor/preflight.ts');
  const account = openAccount(session.options, stack, stage, () => session.io.stageNeeds(stage));
  try {
    return await report(session, runPreflight(preflightChecks, account), `stage '${stage}' in this account`);
  } finally {
    account.close();
  }
}

async function report(
  session: Session,
  checked: AsyncIterable<CheckResult>,
  name: string,
  progress?: Progress,
): Promise<ExitCode> {
  const results: CheckResult[] = [];
  for await (const found of checked) {
    const next = found.next && commandsToTracker(found.next, trackerOptions(session.options));
    const result = { ...found, next };
    if (result.outcome === 'fail') session.verdict = ExitCode.conditionFound;
    progress?.clear();
    if (session.options.output === 'table') printResult(session, result, results.at(-1));
    results.push(result);
  }
  printResults(session, results);
  session.say(conclusion(results, name));
  return session.verdict;
}

function chosen({ only, ...options }: DoctorOptions): DoctorCheck[] {
  if (only !== undefined) return doctorChecks.filter(({ id }) => only.includes(id));
  const parts = partsOf(options);
  return doctorChecks.filter(({ part }) => parts.includes(part));
}

function partsOf({ beforeDeployment = false, afterDeployment = false }: DoctorOptions): CheckPart[] {
  if (beforeDeployment && afterDeployment) return ['before', 'after'];
  if (beforeDeployment) return ['before'];
  return afterDeployment ? ['after'] : ['before', 'after', 'tracker'];
}

function printResult(session: Session, result: CheckResult, previous: CheckResult | undefined): void {
  const { paint, width } = session;
  if (result.part !== previous?.part)
    session.print(`${previous === undefined ? '' : '\n'}${headingText(result.part, paint)}`);
  session.print(resultText(result, paint, width));
}

function conclusion(results: readonly CheckResult[], name: string): string {
  const count = (wanted: CheckResult['outcome']) =>
    results.filter(({ outcome }) => outcome === wanted).length;
  const left = count('not-applicable');
  const notes = left === 0 ? '' : `, ${left} not applicable`;
  if (count('fail') > 0)
    return `${count('fail')} of ${plural(results.length, 'check')} failed on ${name}${notes}.`;
  return `${name} is well: ${plural(count('pass'), 'check')} passed${notes}.`;
}

function printResults(session: Session, results: readonly CheckResult[]): void {
  switch (session.options.output) {
    case 'json':
      session.printJson({ checks: results });
      break;
    case 'jsonl':
      session.printJsonLines(results);
      break;
    case 'csv':
      session.printCsv([
        ['id', 'part', 'title', 'outcome', 'evidence', 'next'],
        ...results.map(({ id, part, title, outcome, evidence, next }) => [
          ...[id, part, title, outcome, evidence, next],
        ]),
      ]);
  }
}

export interface CheckResult {
  id: string;
  part: CheckPart;
  title: string;
  outcome: CheckOutcome['outcome'];
  evidence: string;
  /** What to do about a failure, or to make the check applicable. */
  next: string | null;
}

/**
 * Runs the checks one after the other, each reported as it ends: one that fails does not stop the rest. Whether the
 * database answers is asked first, and reported even unasked when it does not: without it little can be said.
 */
async function* runChecks(
  checks: readonly DoctorCheck[],
  context: CheckContext,
): AsyncGenerator<CheckResult> {
  const reached = await checkDatabase.run(context).catch(failed);
  const databaseAnswers = reached.outcome === 'pass';
  if (!databaseAnswers && !checks.includes(checkDatabase)) yield toResult(checkDatabase, reached);
  for (const check of checks) yield toResult(check, await outcomeOf(check));

  function outcomeOf(check: DoctorCheck): CheckOutcome | Promise<CheckOutcome> {
    if (check === checkDatabase) return reached;
    if (check.needsDatabase && !databaseAnswers) return notApplicable('the database does not answer');
    return check.run(context).catch(failed);
  }
}

/** Runs the checks of an account before anything of the tracker is in it, each reported as it ends. */
async function* runPreflight(
  checks: readonly PreflightCheck[],
  account: Account,
): AsyncGenerator<CheckResult> {
  for (const check of checks) {
    const outcome = await check.run(account).catch(failed);
    yield toResult({ ...check, part: 'preflight' }, outcome);
  }
}

function toResult(
  { id, part, title }: Pick<DoctorCheck, 'id' | 'part' | 'title'>,
  outcome: CheckOutcome,
): CheckResult {
  return { id, part, title, next: null, ...outcome };
}

function failed(error: unknown): CheckOutcome {
  const { message, hint } = toCliError(error);
  return fail(message, hint ?? 'Run `pagw doctor` again; if it stays, see the service it names.');
}

/** In the order they run: the testing checklist line by line, then what the tracker looks at besides. */
export const doctorChecks: readonly DoctorCheck[] = [
  checkV005Applied,
  checkV006Applied,
  checkServiceMethods,
  checkUniqueSequence,
  checkConcurrentWrites,
  checkTimeline,
  checkRetryQuery,
  checkMetadata,

  checkGrowth,
  checkIndexUse,
  checkDuplicateSequences,
  checkLogTimeline,
  checkRetryWorker,
  checkTimelineSpeed,
  checkMetadataSize,

  checkDatabase,
  checkVersions,
  checkMigrations,
  checkUniqueIndexes,
  checkSequences,
  checkStates,
  checkPartitions,
  checkCanary,
  checkTimelinePlan,
  checkQueue,
  checkRetryPolicy,
  checkDecisionPolicy,
  checkAnswers,
];
