import { findPackageJSON } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type BuildAppOptions, buildApp } from 'fauxqs';
import { scopeDeduplication } from './deduplication-scope.ts';
import { refusePages } from './foreign-request.ts';

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
  close(): void;
}

/**
 * Starts fauxqs as its own startFauxqs does, but on the loopback interface, closed to web pages, and with message ids
 * that are looked for within their group. startFauxqs listens on every interface and gives no hold of its server; the
 * parts it is made of are not exported, and are taken from the files of the pinned version.
 */
export async function startFauxqs({ port, dataDirectory }: FauxqsOptions): Promise<FauxqsServer> {
  const { stores, persistence } = await openStores(dataDirectory);
  const app = buildApp({ logger: false, stores });
  app.addHook('preClose', async () => persistence.close());
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

function importPart(file: string) {
  const manifest = findPackageJSON('fauxqs', import.meta.url);
  return import(new URL(`dist/${file}`, pathToFileURL(manifest ?? '')).href);
}
