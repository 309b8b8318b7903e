import { findPackageJSON } from 'node:module';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type BuildAppOptions, buildApp } from 'fauxqs';
import { refusePages } from '../foreign-request.ts';

export interface FauxqsOptions {
  /** On 127.0.0.1 only; 0 takes any free one. */
  port: number;
  /** Messages and objects are written here before a call is answered. */
  dataDirectory: string;
}

export interface FauxqsServer {
  readonly port: number;
  stop(): Promise<void>;
}

type Stores = NonNullable<BuildAppOptions['stores']>;

/** Keeps what the stores hold in a SQLite file. */
interface Persistence {
  load(sqs: Stores['sqsStore'], sns: Stores['snsStore'], s3: Stores['s3Store']): void;
  transaction(write: () => void): void;
  close(): void;
  readonly db: DatabaseSync;
  readonly stmts: Record<string, { run: (...values: SQLInputValue[]) => unknown }>;
}

/**
 * Starts fauxqs as its own startFauxqs does, but on the loopback interface, closed to web pages, and with message ids
 * that are looked for within their group. startFauxqs listens on every interface and gives no hold of its server; the
 * parts it is made of are not exported, and are taken from the files of the pinned version.
 */
export async function startFauxqs({ port, dataDirectory }: FauxqsOptions): Promise<FauxqsServer> {
  const { stores, persistence } = await openStores(dataDirectory);
  const app = buildApp({ logger: false, stores });
  const written = writeTogether(persistence);
  app.addHook('onSend', written);
  app.addHook('preClose', async () => {
    await written();
    persistence.close();
  });
  app.addHook('onRequest', async ({ raw }, reply) => {
    const refusal = refusePages(raw);
    if (refusal !== undefined) await reply.code(403).send(refusal);
  });
  scopeDeduplication(app, stores.sqsStore);
  try {
    const address = await app.listen({ port, host: '127.0.0.1' });
    return { port: Number(new URL(address).port), stop: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** What is kept is read before the stores write to it: a write would end what it has not read yet. */
async function openStores(dataDirectory: string): Promise<{ stores: Stores; persistence: Persistence }> {
  const [{ SqsStore }, { SnsStore }, { S3Store }, { PersistenceManager }] = await Promise.all(
    ['sqs/sqsStore.js', 'sns/snsStore.js', 's3/s3Store.js', 'persistence.js'].map(importPart),
  );
  const stores: Stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const { sqsStore, snsStore, s3Store } = stores;
  const persistence = new PersistenceManager(dataDirectory);
  persistence.load(sqsStore, snsStore, s3Store);
  // Queue URLs then have the address that was called, instead of sqs.REGION.localhost, which few machines resolve.
  Object.assign(sqsStore, { host: undefined });
  for (const store of [sqsStore, snsStore, s3Store, ...sqsStore.allQueues()]) {
    Object.assign(store, { persistence });
  }
  return { stores, persistence };
}

/**
 * fauxqs 2.4.1 commits each row it writes, four for every message on its way, and waits for the disk each time. Here what the calls
 * of a moment write is one transaction, ended before any of them is answered.
 * @returns what ends it.
 */
function writeTogether(persistence: Persistence): () => Promise<void> {
  const { db, stmts } = persistence;
  let committing: Promise<void> | undefined;
  const commit = async () => {
    await nextTurn();
    committing = undefined;
    db.exec('COMMIT');
  };
  const begin = () => {
    if (!db.isTransaction) db.exec('BEGIN');
  };
  for (const statement of Object.values(stmts)) {
    const run = statement.run.bind(statement);
    statement.run = (...values) => {
      begin();
      return run(...values);
    };
  }
  persistence.transaction = (write) => {
    begin();
    db.exec('SAVEPOINT part');
    try {
      write();
    } catch (error) {
      db.exec('ROLLBACK TO part');
      throw error;
    } finally {
      db.exec('RELEASE part');
    }
  };
  return async () => {
    if (!db.isTransaction) return;
    committing ??= commit();
    await committing;
  };
}

function importPart(file: string) {
  const manifest = findPackageJSON('fauxqs', import.meta.url);
  return import(new URL(`dist/${file}`, pathToFileURL(manifest ?? '')).href);
}

type SqsStore = NonNullable<BuildAppOptions['stores']>['sqsStore'];

/** Stands between group and id; AWS allows it in neither. */
const SEPARATOR = '\n';

interface SentMessage {
  MessageGroupId?: unknown;
  MessageDeduplicationId?: unknown;
}

interface SendRequest extends SentMessage {
  QueueUrl?: unknown;
  /** Of SendMessageBatch. */
  Entries?: SentMessage[];
}

interface ReceiveResponse {
  Messages?: { Attributes?: { MessageDeduplicationId?: string } }[];
}

/**
 * fauxqs 2.4.1 keeps the attribute DeduplicationScope and looks for an id in the whole queue: of two requests' messages
 * with one id the second would be lost. Where the scope is `messageGroup` the id is therefore kept together with its
 * group, whoever sends it; receivers get the id alone.
 */
function scopeDeduplication(app: ReturnType<typeof buildApp>, store: SqsStore): void {
  app.addHook('preHandler', async ({ headers, body }) => {
    if (!/^AmazonSQS\.SendMessage(Batch)?$/.test(String(headers['x-amz-target']))) return;
    const request = (body ?? {}) as SendRequest;
    if (typeof request.QueueUrl !== 'string') return;
    if (store.getQueue(request.QueueUrl)?.attributes.DeduplicationScope !== 'messageGroup') return;
    for (const message of Array.isArray(request.Entries) ? request.Entries : [request]) {
      const { MessageGroupId: group, MessageDeduplicationId: id } = message;
      if (typeof group === 'string' && typeof id === 'string') {
        message.MessageDeduplicationId = `${group}${SEPARATOR}${id}`;
      }
    }
  });
  app.addHook('preSerialization', async ({ headers }, _reply, payload) => {
    if (headers['x-amz-target'] !== 'AmazonSQS.ReceiveMessage') return payload;
    for (const { Attributes: attributes } of (payload as ReceiveResponse).Messages ?? []) {
      const id = attributes?.MessageDeduplicationId;
      if (id !== undefined && attributes !== undefined) {
        attributes.MessageDeduplicationId = id.slice(id.lastIndexOf(SEPARATOR) + 1);
      }
    }
    return payload;
  });
}
