import { type BenchServer, MIGRATED, REVIEW } from '../server/bench-server.ts';
import { type Child, startChild } from '../server/child.ts';
import type { ContestantRequest } from './contestant-process.ts';
import type { Heat, HeatResult } from './heat.ts';

/** The contestants of one run, by the name of their file. */
export type ContestantName =
  | 'record-events-endpoint'
  | 'record-events-direct'
  | 'plain-insert-endpoint'
  | 'plain-insert-direct'
  | 'review-insert'
  | 'copy'
  | 'max-plus-one'
  | 'message-db-single'
  | 'message-db-batch'
  | 'message-db-sharded'
  | 'emmett';

export interface Runner {
  readonly name: ContestantName;
  /** Tells runners of one name apart: the name, unless given. */
  readonly key: string;
  readonly database: string;
  heat(heat: Heat): Promise<HeatResult>;
  /** Compares what is stored with what was recorded. @throws Error when an event is lost, doubled or out of line. */
  verify(): Promise<void>;
  stop(): Promise<void>;
}

export interface RunnerOptions {
  liveRequests: number;
  connections: number;
  /** The database to start from; peers make their own tables beside the unused ones. @default the migrated one */
  template?: string;
  /** Events that the template holds. */
  alreadyThere?: number;
  /** Sets ids apart from those in the template. */
  seed?: string;
  /** The same requests for good. */
  endless?: boolean;
  key?: string;
}

let made = 0;

/** Starts a contestant in a process of its own, with a database of its own. */
export async function startRunner(
  server: BenchServer,
  name: ContestantName,
  options: RunnerOptions,
): Promise<Runner> {
  made += 1;
  const database = `${name.replaceAll('-', '_')}_${made}`;
  await server.create(database, options.template ?? (name === 'review-insert' ? REVIEW : MIGRATED));
  const child: Child<ContestantRequest, HeatResult | number> = startChild(
    new URL('./contestant-process.ts', import.meta.url),
    [name],
  );
  const { dataApiUrl, processId: serverPid } = server;
  const { liveRequests, connections, seed = 'pagw-bench', endless = false, alreadyThere = 0 } = options;
  const arena = { connectionString: server.urlOf(database), database, dataApiUrl, serverPid, connections };
  await child.ask({ ask: 'open', arena, liveRequests, seed, endless });
  let recorded = alreadyThere;
  return {
    name,
    key: options.key ?? name,
    database,
    heat: async (heat) => {
      const result = (await child.ask({ ask: 'heat', heat })) as HeatResult;
      recorded += result.events;
      return result;
    },
    verify: async () => {
      const stored = await child.ask({ ask: 'count' });
      if (stored !== recorded) throw new Error(`${name} stores ${stored} events; ${recorded} were recorded.`);
    },
    stop: async () => {
      await child.stop();
      await server.drop(database);
    },
  };
}
