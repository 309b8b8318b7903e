import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Aim, printAims } from '../report/aim.ts';
import { number, printTable, withSpread } from '../report/print-table.ts';
import { median, medianRatio } from '../report/statistics.ts';
import { bundleClients, clientsOf } from './bundle-clients.ts';
import { coldImport } from './cold-import.ts';
import { type SynthesisedBundle, synthesiseBundles } from './synthesise-bundles.ts';

const MOST_KB = 500;
const MOST_TIMES_THE_CLIENTS = 2;

interface Contestants extends SynthesisedBundle {
  clients: string[];
  /** The bare clients, bundled alike. */
  clientsFile: string;
  importMs: number[];
  clientsImportMs: number[];
}

/** How large what is deployed is, and how long it takes to import, beside the bare SDK clients that it cannot do without. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const { bundles, remove } = await synthesiseBundles();
  try {
    const contestants = await Promise.all(bundles.map(withClients));
    const rounds = quick ? 5 : 15;
    // The first round fills the file cache and is not counted.
    for (let round = -1; round < rounds; round++)
      for (const contestant of contestants) await measure(contestant, round);
    await report(contestants, rounds);
  } finally {
    await remove();
  }
}

async function withClients(bundle: SynthesisedBundle): Promise<Contestants> {
  const clients = await clientsOf(bundle.flow);
  const clientsFile = join(dirname(bundle.file), 'clients.mjs');
  await bundleClients(clients, clientsFile);
  return { ...bundle, clients, clientsFile, importMs: [], clientsImportMs: [] };
}

/** Both in turn, in changing order: what disturbs the machine disturbs both. */
async function measure(contestant: Contestants, round: number): Promise<void> {
  const { file, clientsFile, importMs, clientsImportMs } = contestant;
  const turns = [[file, importMs] as const, [clientsFile, clientsImportMs] as const];
  for (const [imported, times] of round % 2 === 0 ? turns : turns.toReversed()) {
    const ms = await coldImport(imported);
    if (round >= 0) times.push(ms);
  }
}

async function report(contestants: readonly Contestants[], rounds: number): Promise<void> {
  const rows: string[][] = [];
  const aims: Aim[] = [];
  for (const { flow, file, clients, clientsFile, importMs, clientsImportMs } of contestants) {
    const [kb, clientsKb] = [await kilobytes(file), await kilobytes(clientsFile)];
    const ratio = medianRatio(importMs, clientsImportMs);
    rows.push([
      flow,
      number(kb),
      number(clientsKb),
      withSpread(median(importMs), importMs),
      withSpread(median(clientsImportMs), clientsImportMs),
      `${number(ratio, 2)} ×`,
      clients.map((name) => name.replace('@aws-sdk/client-', '')).join(' + '),
    ]);
    aims.push({ text: `${flow}: size of the bundle`, reached: kb, below: MOST_KB, unit: 'KB' });
    aims.push({
      text: `${flow}: cold import, beside its bare clients'`,
      reached: ratio,
      below: MOST_TIMES_THE_CLIENTS,
    });
  }
  printTable(
    `Each function's bundle and the bare SDK clients it needs; a fresh process for each import, ${rounds} rounds`,
    ['', 'KB', 'clients, KB', 'import, ms', 'clients, ms', 'ratio', 'clients'],
    rows,
  );
  printAims(aims);
}

/** Of 1,000 bytes, unzipped. */
async function kilobytes(file: string): Promise<number> {
  return (await stat(file)).size / 1_000;
}
