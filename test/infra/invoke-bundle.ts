import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { lambdaContext } from '../support/lambda.ts';
import type { DeployedBundle } from './deployed-bundles.ts';

const run = promisify(execFile);
const ANSWER = 'the answer: ';

/** As Lambda's runtime does it: in the bundle's own directory, from a fresh process. */
const PROGRAM = `
const module = await import(process.cwd() + '/index.mjs');
const context = { ...JSON.parse(process.env.TEST_CONTEXT), getRemainingTimeInMillis: () => Number(process.env.TEST_REMAINING_MS) };
const answer = await module[process.env.TEST_HANDLER](JSON.parse(process.env.TEST_EVENT), context);
console.log('\\n${ANSWER}' + JSON.stringify(answer ?? null));
`;

export interface Invocation {
  answer: unknown;
  /** What it logged, metrics included, as far as it is JSON. */
  logged: Record<string, unknown>[];
}

/**
 * Invokes a bundle with the variables it is deployed with and no others of its own; `local` has their values here.
 * @throws Error naming a variable that only a deployment could fill in.
 */
export async function invokeBundle(
  bundle: DeployedBundle,
  event: unknown,
  local: Readonly<Record<string, string>>,
  remainingMs = 120_000,
): Promise<Invocation> {
  const variables = Object.entries(bundle.environment).map(([name, deployed]) => {
    const value = local[name] ?? deployed;
    if (typeof value !== 'string') throw new Error(`This test has no value for the variable ${name}.`);
    return [name, value];
  });
  const account = Object.entries(local).filter(([name]) => name.startsWith('AWS_'));
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    cwd: bundle.directory,
    env: {
      ...Object.fromEntries([...account, ...variables]),
      TEST_CONTEXT: JSON.stringify(lambdaContext('bundle')),
      TEST_EVENT: JSON.stringify(event),
      TEST_HANDLER: bundle.handler,
      TEST_REMAINING_MS: String(remainingMs),
    },
  });
  const lines = stdout.split('\n');
  const answer = lines.find((line) => line.startsWith(ANSWER))?.slice(ANSWER.length) ?? 'null';
  return {
    answer: JSON.parse(answer),
    logged: lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)),
  };
}
