import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = `
const startedAt = performance.now();
await import(process.env.BENCH_FILE);
console.log(performance.now() - startedAt);
`;

/** Milliseconds that a fresh process, set as in Lambda, takes to import a file; Node's own start is left out. */
export async function coldImport(file: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    env: {
      BENCH_FILE: pathToFileURL(file).href,
      AWS_REGION: 'us-east-1',
      NODE_OPTIONS: '--enable-source-maps',
    },
  });
  return Number(stdout.trim().split('\n').at(-1));
}
