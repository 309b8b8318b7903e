import '../../lib/runtime/require-node.ts';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { MIGRATED, startBenchServer } from '../server/bench-server.ts';
import { openEndpointDatabase } from '../server/open-databases.ts';
import { replayEvents } from './replay-events.ts';

const { values } = parseArgs({
  options: { file: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const seed = Number(values.seed);
if (values.file === undefined || !Number.isSafeInteger(seed)) {
  console.error('Usage: npm run replay -- --file EVENTS.ndjson[.gz] [--seed N]');
  process.exit(64);
}

const bytes = await readFile(values.file);
const text = (values.file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
const lines = text.split('\n').filter((line) => line.trim() !== '');
const server = await startBenchServer();
try {
  await server.create('replay', MIGRATED);
  const { database, close } = openEndpointDatabase(server.dataApiUrl, 'replay');
  const startedAt = performance.now();
  const { differences, ...counts } = await replayEvents(database, lines, seed);
  await close();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(
    JSON.stringify({
      file: values.file,
      seed,
      lines: lines.length,
      ...counts,
      differing: differences.length,
      seconds,
    }),
  );
  for (const { pagwId, fields } of differences.slice(0, 20)) console.log(`${pagwId}: ${fields.join(', ')}`);
  if (differences.length > 0 || counts.misplaced > 0) process.exitCode = 10;
} finally {
  await server.stop();
}
