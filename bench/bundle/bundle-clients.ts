import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { UNUSED_IN_LAMBDA } from '../../lib/infra/unused-in-lambda.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** As lib/infra/tracker-function.ts has it: what a dependency may need of CommonJS. */
const REQUIRE_SHIM =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";
const CLIENT = /node_modules\/@aws-sdk\/(client-[\w-]+)\//;

/**
 * The SDK clients that a flow's code brings in, told by what its bundle holds.
 * @returns package names such as `@aws-sdk/client-sqs`, sorted
 */
export async function clientsOf(flow: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [join(ROOT, 'lambdas', `${flow}.ts`)],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    outdir: 'out',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  const names = Object.keys(metafile.inputs).flatMap((input) => CLIENT.exec(input)?.[1] ?? []);
  return [...new Set(names)].sort().map((name) => `@aws-sdk/${name}`);
}

/** A bundle that makes these clients and does nothing else, built with the options of a deployment. */
export async function bundleClients(clients: readonly string[], file: string): Promise<void> {
  const source = clients.map((name) => `export { ${clientClass(name)} } from '${name}';`).join('\n');
  await build({
    stdin: { contents: source, resolveDir: ROOT },
    bundle: true,
    outfile: file,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    external: [...UNUSED_IN_LAMBDA],
    banner: { js: REQUIRE_SHIM },
    logLevel: 'error',
  });
}

const CLASSES: Readonly<Record<string, string>> = {
  'client-rds-data': 'RDSDataClient',
  'client-s3': 'S3Client',
  'client-secrets-manager': 'SecretsManagerClient',
  'client-sns': 'SNSClient',
  'client-sqs': 'SQSClient',
};

function clientClass(name: string): string {
  const found = CLASSES[name.replace('@aws-sdk/', '')];
  if (found === undefined) throw new Error(`${name} is new to this benchmark: name its class here.`);
  return found;
}
