import type { Command } from 'commander';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import { listRetryPauses, pauseRetries, resumeRetries } from '../data-access/retry-orders.ts';
import { listRetries } from '../data-access/waiting-failures.ts';
import { type PauseScope, toRetryFilter } from '../domain/retry-orders.ts';
import { parseRetryPolicy } from '../domain/retry-policy.ts';
import { textFault } from '../domain/typed-text.ts';
import { ageText, plural } from '../domain/words.ts';
import { newVerb, type Verb } from './cli.ts';
import { CliError, ExitCode, usageError } from './cli-error.ts';
import type { Connection } from './connection.ts';
import { addReason, operatorOf, type ReasonOption } from './operator.ts';
import { printList } from './output/print-list.ts';
import { tableText } from './output/table.ts';
import { filterText, retryColumns, withMaxAttempts } from './retry.ts';
import type { Session } from './session.ts';

/** What a pause's columns hold, in characters. */
const LONGEST_NAME = 64;

export interface ScopeOptions {
  stage?: string;
  downstream?: string;
}

export const retryPause: Verb = (cli) =>
  addReason(addScope(newVerb('pause', ['tenant', 'yes'])))
    .description('hold back the retries of a tenant, a stage, a downstream, or where they meet')
    .action((options: ReasonOption & ScopeOptions, command: Command) =>
      cli.run(command, async (session) => {
        const scope = readScope(options, session);
        const connection = await session.connect();
        await previewPause(session, connection, scope);
        const operator = await operatorOf(options, session);
        const paused = await pauseRetries(connection.database('operator'), scope, operator, connection.now());
        const what = scopeText(scope);
        session.say(
          paused
            ? `Retries are held back: ${what}. They stay due; let them go with \`pagw retry resume\`.`
            : `Retries are held back already: ${what}. See \`pagw retry pauses\`.`,
        );
        return undefined;
      }),
    );

const SAMPLE = 5;

/** Says what a pause will hold back, and asks. @throws UnknownNameError, CliError when nobody says yes. */
async function previewPause(session: Session, connection: Connection, scope: PauseScope): Promise<void> {
  const database = connection.database('reader');
  await refuseUnknownNames(database, scope);
  // Who says yes beforehand is asked nothing: on stderr stand errors alone.
  if (session.options.yes === true) return;
  const { tenant, stage, downstream } = scope;
  const now = connection.now();
  const filter = toRetryFilter({
    tenant: tenant ?? undefined,
    stage: stage ?? undefined,
    downstream: downstream ?? undefined,
  });
  const { rows, total } = await listRetries(database, { filter, state: undefined, now, limit: SAMPLE });
  const policy = parseRetryPolicy(connection.retryPolicy);
  const what = scopeText(scope);
  session.say(`${plural(total, 'failure')} that wait for a retry or have used theirs up match: ${what}.`);
  if (total > 0) {
    const sample = rows.map((retry) => withMaxAttempts(retry, policy));
    const { paintMessage: paint, width } = session;
    session.say(tableText(sample, { columns: retryColumns(now), paint, width }));
  }
  await session.confirm(`Hold back these retries, and those to come: ${what}?`);
}

function addScope(command: Command): Command {
  return command
    .option('--stage <name>', 'this stage, by any of its names')
    .option('--downstream <system>', 'requests that go to this system (metadata.targetSystem)');
}

/** @throws CliError when nothing is named. */
function readScope({ stage, downstream }: ScopeOptions, session: Session): PauseScope {
  const named = toRetryFilter({ tenant: session.options.tenant, stage, downstream });
  for (const [name, value] of Object.entries(named)) {
    const fault = textFault(value, LONGEST_NAME);
    if (fault !== null) throw usageError(`--${name} ${fault}.`);
  }
  if (Object.keys(named).length === 0)
    throw usageError(
      'Nothing says what is meant.',
      'Name at least one of --tenant, --stage and --downstream.',
    );
  return { tenant: named.tenant ?? null, stage: named.stage ?? null, downstream: named.downstream ?? null };
}

function scopeText({ tenant, stage, downstream }: PauseScope): string {
  return filterText({
    ...(tenant === null ? {} : { tenant }),
    ...(stage === null ? {} : { stage }),
    ...(downstream === null ? {} : { downstream }),
  });
}

export const retryPauses: Verb = (cli) =>
  newVerb('pauses', [])
    .description('list what is held back, since when, by whom and why')
    .action((_options: object, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        const now = connection.now();
        printList(session, {
          name: 'pauses',
          rows: await listRetryPauses(connection.database('reader')),
          columns: [
            { title: 'TENANT', cell: ({ tenant }) => tenant ?? 'all' },
            { title: 'STAGE', cell: ({ stage }) => stage ?? 'all' },
            { title: 'DOWNSTREAM', cell: ({ downstream }) => downstream ?? 'all' },
            { title: 'SINCE', cell: ({ pausedAt }) => ageText(pausedAt, now), align: 'right' },
            { title: 'BY', cell: ({ pausedBy }) => pausedBy },
            { title: 'WHY', cell: ({ reason }) => reason, least: 12 },
          ],
          fields: ['tenant', 'stage', 'downstream', 'pausedAt', 'pausedBy', 'reason'],
          empty: 'Nothing is held back.',
        });
        return undefined;
      }),
    );

export const retryResume: Verb = (cli) =>
  addReason(addScope(newVerb('resume', ['tenant'])))
    .description('let the retries go that a pause of exactly this holds back')
    .action((options: ReasonOption & ScopeOptions, command: Command) =>
      cli.run(command, async (session) => {
        const scope = readScope(options, session);
        const connection = await session.connect();
        const operator = await operatorOf(options, session);
        const lifted = await resumeRetries(
          connection.database('operator'),
          scope,
          operator,
          connection.now(),
        );
        // Only afterwards: a pause of what is heard of no longer can be lifted.
        if (!lifted) {
          await refuseUnknownNames(connection.database('reader'), scope);
          throw new CliError({
            code: 'PAUSE_NOT_FOUND',
            message: `There is no pause of ${scopeText(scope)}.`,
            hint: 'A resume names what its pause named; see `pagw retry pauses`.',
            exitCode: ExitCode.notFound,
          });
        }
        session.say(`Resumed: ${scopeText(scope)}. What became due goes out within a minute.`);
        return undefined;
      }),
    );
