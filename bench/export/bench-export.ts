import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { type Aim, printAims } from '../report/aim.ts';
import { number, printTable } from '../report/print-table.ts';
import { type BenchServer, startBenchServer } from '../server/bench-server.ts';
import { processUsage } from '../server/process-usage.ts';
import { fillYear } from '../year/fill-year.ts';

const EVENTS = 1_000_000;
const QUICK_EVENTS = 50_000;
const DAYS = 36.5;
const MOST_MIB = 256;
const WATCH_MS = 100;
const PAGW = fileURLToPath(new URL('../../bin/start-pagw.mjs', import.meta.url));

interface Exported {
  seconds: number;
  cpuSeconds: number;
  mib: number;
  bytes: number;
}

/** `pagw export` of a million events as an event log: time, and the most memory that the program took. DATA=DIR as for `year`. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const server = await startBenchServer(process.env.DATA);
  const directory = await mkdtemp(join(tmpdir(), 'pagw-export-'));
  const events = quick ? QUICK_EVENTS : EVENTS;
  // As `year` calls a tenth of its history.
  const name = `tenth_${10 * events}`;
  const rows: string[][] = [];
  const aims: Aim[] = [];
  try {
    if (!server.databases.has(name)) {
      await server.create(name);
      await fillYear(server, name, { events, days: DAYS, now: new Date() });
    }
    const tracker = await serveEnvironment(server, name);
    try {
      for (const format of ['csv', 'xes'] as const)
        for (const [to, slow] of [
          ['a file', false],
          ['a pipe through gzip', true],
        ] as const) {
          const exported = await exportLog(tracker.url, format, join(directory, `log.${format}`), slow);
          rows.push([
            `${format}, to ${to}`,
            number(exported.seconds, 1),
            number(exported.cpuSeconds, 1),
            number(exported.mib),
            number(exported.bytes / 1e6, 1),
          ]);
          aims.push({
            text: `${format} to ${to}: most memory`,
            reached: exported.mib,
            below: MOST_MIB,
            unit: 'MiB',
          });
        }
    } finally {
      await tracker.close();
    }
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
  printTable(
    `pagw export of ${number(events)} events`,
    ['', 'seconds', "of the program's CPU", 'most memory, MiB', 'MB written'],
    rows,
  );
  printAims(aims);
}

async function exportLog(url: string, format: string, file: string, piped: boolean): Promise<Exported> {
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [PAGW, 'export', '--format', format, '--since', '2020-01-01', '--url', url],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let watched = { mib: 0, cpuSeconds: 0 };
  const look = async () => {
    watched = (await processUsage(child.pid ?? 0)) ?? watched;
  };
  const watch = setInterval(() => void look(), WATCH_MS);
  try {
    const written = piped
      ? pipeline(child.stdout, createGzip(), createWriteStream(`${file}.gz`))
      : pipeline(child.stdout, createWriteStream(file));
    const [code] = await once(child, 'exit');
    await written;
    if (code !== 0) throw new Error(`pagw export ended with ${code}.`);
  } finally {
    clearInterval(watch);
  }
  const { size } = await stat(piped ? `${file}.gz` : file);
  return { ...watched, seconds: (performance.now() - startedAt) / 1_000, bytes: size };
}

/** What `pagw` asks a local tracker for, of the benchmark's own services. */
async function serveEnvironment(server: BenchServer, name: string) {
  const nowhere = 'http://127.0.0.1:9';
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_RDS_DATA: server.dataApiUrl,
    AWS_ENDPOINT_URL_SQS: nowhere,
    AWS_ENDPOINT_URL_S3: nowhere,
    CLUSTER_ARN: 'arn:aws:rds:us-east-1:123456789012:cluster:pagw-bench',
    SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:pagw-bench-AbCdEf',
    DATABASE_NAME: name,
    EVENTS_QUEUE_URL: `${nowhere}/000000000000/pagw-events.fifo`,
  };
  const http = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(environment));
  });
  await new Promise<void>((settle) => http.listen(0, '127.0.0.1', settle));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((settle) => http.close(settle)),
  };
}
