import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Command } from 'commander';
import fc from 'fast-check';
import { Cli, pathOf } from '../../lib/cli/cli.ts';
import { ExitCode } from '../../lib/cli/cli-error.ts';
import { createProgram } from '../../lib/cli/program.ts';
import type { Database } from '../../lib/data-access/database.ts';
import { actNames } from '../../lib/domain/next-step.ts';
import { actRoutes } from '../../lib/local/console/acts.tsx';
import { postClock, postEvents } from '../../lib/local/console/api-routes.ts';
import type { ConsoleRoutes } from '../../lib/local/console/console-server.ts';
import { viewRoutes } from '../../lib/local/console/get-view.tsx';
import { RequestError } from '../../lib/local/console/read-body.ts';
import type { LocalClock } from '../../lib/local/local-clock.ts';
import { viewNames } from '../../lib/reports/report.ts';
import { readRules } from '../../lib/views/view-page.ts';
import { viewPages } from '../../lib/views/view-pages.ts';
import { connectionTo, runCli } from '../cli/run-cli.ts';
import { impossiblePositions, impossibleTexts, oddTexts } from '../support/impossible-values.ts';
import { addressQuery, fieldsOf, messageBody, saidOf } from './grammar.ts';

/** What is asked of one door at a time, and what it answers; throws where that is no answer. */
export interface Door {
  name: string;
  /** By a seed; answers how many were asked. */
  ask(seed: number): Promise<number>;
}

/** PostgreSQL's own words, or the driver's. */
const RAW_ERROR = /SQLSTATE|invalid (input|byte)|out of range|syntax error|pgstate|INTERNAL_ERROR/i;
const texts = [
  ...[...impossibleTexts, ...impossiblePositions].map(([, text]) => text.toWellFormed()),
  ...oddTexts,
];
/** Names that stand for something in the database, and words that options take. */
const plausible = [
  ...[
    'PAGW-FUZZ-1',
    'PAGW-FUZZ-2',
    'anthem',
    'PARSING',
    'API_TIMEOUT',
    'carelon',
    '1',
    '7d',
    '10m',
    '2026-03-01',
    '2026-03',
  ],
  ...['FAILED', 'json', 'csv', 'approved', 'UTC', 'errorCount=0', 'anthem:PARSING:no-result', 'bash', '2026'],
];
const nobody = { send: async () => ({}) };

export function openDoors(database: Database, now: Date): Door[] {
  const clock: LocalClock = { now: () => now, aheadSeconds: 0, advance: async () => undefined };
  const views = { database, clock, rules: readRules({}) };
  return [addresses(viewRoutes(views)), acts(views), posts(clock), verbs(database, now)];
}

function addresses(routes: ConsoleRoutes): Door {
  return {
    name: 'addresses',
    async ask(seed) {
      for (const view of viewNames) {
        const query = addressQuery(['tenant', ...viewPages[view].filters], texts);
        const path = view === 'overview' ? '/' : `/${view}`;
        for (const search of fc.sample(query, { numRuns: 10, seed }))
          await askRoute(routes, `GET ${path}`, `?${search}`, '');
      }
      return viewNames.length * 10;
    },
  };
}

/** The plan of each act, and the act itself with the token that a plan's form has. */
function acts(views: Parameters<typeof actRoutes>[0]): Door {
  const replaying = {
    s3: nobody as unknown as S3Client,
    sqs: nobody as unknown as SQSClient,
    eventsQueueUrl: 'http://queue.test/q',
    phiGuard: undefined,
  };
  const routes = actRoutes(views, { database: views.database, caller: async () => 'fuzz', replaying });
  const names = [
    'request',
    'stage',
    'tenant',
    'downstream',
    'errorCode',
    'incident',
    'key',
    'id',
    'as',
    'second',
    'for',
    'until',
    'rate',
    'code',
    'olderThan',
  ];
  let token = '';
  return {
    name: 'acts',
    async ask(seed) {
      const fields = fieldsOf(names, [...plausible, ...texts]);
      for (const verb of actNames)
        for (const said of fc.sample(fields, { numRuns: 5, seed })) {
          const query = new URLSearchParams({ ...said, verb }).toString();
          const page = await askRoute(routes, 'GET /act', `?${query}`, '');
          token = /name="token" value="([0-9a-f]+)"/.exec(page)?.[1] ?? token;
          await askRoute(
            routes,
            'POST /act',
            '',
            new URLSearchParams({ ...said, verb, token, reason: 'fuzz' }).toString(),
          );
        }
      return actNames.length * 10;
    },
  };
}

function posts(clock: LocalClock): Door {
  const routes: ConsoleRoutes = {
    'POST /events': postEvents(
      { send: async () => ({ Successful: [], Failed: [] }) } as unknown as SQSClient,
      'http://queue.test/q.fifo',
    ),
    'POST /clock': postClock(clock),
  };
  return {
    name: 'posts',
    async ask(seed) {
      const bodies = fc.sample(fc.array(messageBody, { minLength: 1, maxLength: 4 }), { numRuns: 40, seed });
      for (const lines of bodies) {
        await askRoute(routes, 'POST /events', '', lines.join('\n'));
        await askRoute(routes, 'POST /clock', '', `{"advanceSeconds":${lines[0]}}`);
        await askRoute(routes, 'POST /clock', '', lines[0] ?? '');
      }
      return bodies.length * 3;
    },
  };
}

async function askRoute(routes: ConsoleRoutes, route: string, search: string, body: string): Promise<string> {
  const url = new URL(`http://localhost${route.split(' ')[1]}${search}`);
  const asked = async () =>
    routes[route]?.({
      url,
      body,
      contentType: 'application/x-www-form-urlencoded',
      cookies: '',
      headers: {},
      port: 0,
    });
  const answer = await asked().catch((error: unknown) => {
    // A queue that takes nothing is said to be away.
    if (error instanceof RequestError)
      return { status: error.code === 'QUEUE_UNAVAILABLE' ? 400 : error.status, body: error.message };
    throw new Error(`${route}${search.slice(0, 300)} ${body.slice(0, 300)}`, { cause: error });
  });
  if (answer === undefined || answer.status >= 500 || RAW_ERROR.test(String(answer.body)))
    throw new Error(`${answer?.status} for ${route}${search.slice(0, 500)} ${body.slice(0, 500)}`);
  return String(answer.body);
}

/** Verbs that never end, write files, ask the account, or take minutes; what they read is asked for by the others. */
const LEFT_OUT = /^(console|doctor|migrate up|event send|archive restore|dead-letters .*)$/;
const WRITES_OR_STAYS = /^--(watch|key|verify|add|freeze|file|url|stack|profile|region|yes)$/;

function verbs(database: Database, now: Date): Door {
  const program = createProgram(
    new Cli({ stdout: { write: () => true }, stderr: { write: () => true } } as never),
  );
  const leaves = leavesOf(program).filter((verb) => !LEFT_OUT.test(pathOf(verb)));
  const given = { s3: nobody as unknown as S3Client, sqs: nobody as unknown as SQSClient };
  const connection = connectionTo({ database } as never, now, given);
  return {
    name: 'command lines',
    async ask(seed) {
      for (const verb of leaves) {
        const options = [...verb.options, ...program.options].filter(
          ({ long }) => long && !WRITES_OR_STAYS.test(long),
        );
        const said = saidOf(options.length, [...plausible, ...texts]);
        for (const { picked, values } of fc.sample(said, { numRuns: 2, seed })) {
          const words = verb.registeredArguments.map((_, place) => values[place] ?? 'X');
          const chosen = picked
            .map((place) => options[place % options.length])
            .filter((one) => one !== undefined);
          const flags = chosen.map((option, place) =>
            option.required || option.optional
              ? `${option.long}=${values[place + words.length] ?? 'X'}`
              : (option.long ?? ''),
          );
          await runLine(
            [...pathOf(verb).split(' '), ...words, ...flags.filter((flag) => flag !== '--version'), '--yes'],
            connection,
          );
        }
      }
      return leaves.length * 2;
    },
  };
}

async function runLine(line: readonly string[], connection: ReturnType<typeof connectionTo>): Promise<void> {
  const { code, stderr } = await runCli(line, { connection });
  if (RAW_ERROR.test(stderr) || OWN_ERROR.test(stderr) || !KNOWN_CODES.has(code))
    throw new Error(`${code} for ${JSON.stringify(line).slice(0, 600)}: ${stderr.slice(0, 400)}`);
}

const KNOWN_CODES: ReadonlySet<number> = new Set(Object.values(ExitCode));
/** Node's words for an error of ours. */
const OWN_ERROR = /^\s+at .*\.ts|Cannot read|is not a function|is not iterable|is not defined/m;

function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}
