import { randomBytes } from 'node:crypto';
import type { Database } from '../../data-access/database.ts';
import { readRules, ViewError } from '../../views/view-page.ts';
import { consoleRoutes } from './console-routes.ts';
import { type ConsoleServer, startConsoleServer } from './console-server.ts';
import type { Replaying } from './replay-act.tsx';

/** A deployed tracker, as whoever asks for its console may use it. */
export interface StackTracker {
  /** Of the stack. */
  name: string;
  /** By which a command finds it: `--stack NAME`, and what else its console was opened with. */
  options: string;
  reader: Database;
  operator: Database;
  /** Who acts, asked before each act. @throws Error with a sentence, and a hint, where nobody says. */
  caller(): Promise<string>;
  now(): Date;
  /** JSON, as the flows have them; undefined: as built in. */
  retryPolicy: string | undefined;
  stuckLimits: string | undefined;
  replaying: Replaying;
}

/** How often a page refreshes: each time costs queries, and keeps a cluster awake that would pause. */
const LIVE_SECONDS = 30;

/** The pages of `npm start` before a deployed tracker, on this machine, to whoever has the key in the address. */
export async function startStackConsole(
  tracker: StackTracker,
  port: number,
): Promise<ConsoleServer & { address: string }> {
  const views = {
    database: tracker.reader,
    clock: { now: tracker.now, aheadSeconds: 0 },
    rules: readRules({ RETRY_POLICY: tracker.retryPolicy, STUCK_LIMITS: tracker.stuckLimits }),
    stack: { name: tracker.name, options: tracker.options, liveSeconds: LIVE_SECONDS },
  };
  const routes = consoleRoutes(views, {
    database: tracker.operator,
    caller: () => tracker.caller().catch(tellReader),
    replaying: tracker.replaying,
  });
  const key = randomBytes(24).toString('base64url');
  const server = await startConsoleServer(port, routes, key);
  return { ...server, address: `http://localhost:${port}/?key=${key}` };
}

function tellReader(error: Error & { hint?: string }): never {
  throw new ViewError(403, 'CALLER_UNKNOWN', error.message, error.hint ?? 'Sign in again.');
}
