import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Installs what the product competes with, the first time and when it changed; it stays in bench/node_modules. */
export async function installPeers(): Promise<void> {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  if (changedAt(`${folder}node_modules/.package-lock.json`) >= changedAt(`${folder}package-lock.json`))
    return;
  console.error('Installing the peers of the benchmarks …');
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((settle) => npm.once('error', settle).once('close', settle));
  if (code !== 0) throw new Error('The peers could not be installed; run npm ci in bench/ to see why.');
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
