import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { UNUSED_IN_LAMBDA } from '../../lib/infra/function-code.ts';

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
  const exported = clients.map(async (name) => `export { ${await clientClass(name)} } from '${name}';`);
  const source = (await Promise.all(exported)).join('\n');
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

/** A package exports one client, such as `SQSClient`. */
async function clientClass(name: string): Promise<string> {
  const found = Object.keys(await import(name)).find((exported) => /^[A-Z]\w*Client$/.test(exported));
  if (found === undefined) throw new Error(`${name} exports no client.`);
  return found;
}
