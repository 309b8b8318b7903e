import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lambdaContext } from '../support/lambda.ts';
import type { DeployedBundle } from './deployed-bundles.ts';
import { type AwsCall, readCall, type WireCall } from './read-call.ts';

const run = promisify(execFile);
const ANSWER = 'the answer: ';
const CALL = 'a call: ';
const RECORDER = fileURLToPath(new URL('./record-calls.mjs', import.meta.url));

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

export interface InvokeOptions {
  /** Values, here, of the variables that a deployment fills in, and the AWS variables of Lambda itself. */
  local: Readonly<Record<string, string>>;
  remainingMs?: number;
  /** Given every call to AWS that was answered, even when the invocation fails. */
  onCall?: (call: AwsCall) => void;
}

/**
 * Invokes a bundle with the variables it is deployed with and no others of its own.
 * @throws Error naming a variable that only a deployment could fill in, or with what the bundle threw
 */
export async function invokeBundle(
  bundle: DeployedBundle,
  event: unknown,
  { local, remainingMs = 120_000, onCall = () => undefined }: InvokeOptions,
): Promise<Invocation> {
  const variables = Object.entries(bundle.environment).map(([name, deployed]) => {
    const value = local[name] ?? deployed;
    if (typeof value !== 'string') throw new Error(`This test has no value for the variable ${name}.`);
    return [name, value];
  });
  const account = Object.entries(local).filter(([name]) => name.startsWith('AWS_'));
  const invocation = run(process.execPath, ['--import', RECORDER, '--input-type=module', '-e', PROGRAM], {
    cwd: bundle.directory,
    env: {
      ...Object.fromEntries([...account, ...variables]),
      TEST_CALL_MARK: CALL,
      TEST_CONTEXT: JSON.stringify(lambdaContext('bundle')),
      TEST_EVENT: JSON.stringify(event),
      TEST_HANDLER: bundle.handler,
      TEST_REMAINING_MS: String(remainingMs),
    },
  });
  const { stdout } = await invocation.catch((failure) => {
    for (const call of marked(failure.stdout, CALL)) onCall(readCall(call as WireCall));
    throw failure;
  });
  for (const call of marked(stdout, CALL)) onCall(readCall(call as WireCall));
  return {
    answer: marked(stdout, ANSWER)[0] ?? null,
    logged: stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line)),
  };
}

function marked(stdout: string, mark: string): unknown[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith(mark));
  return lines.map((line) => JSON.parse(line.slice(mark.length)));
}
