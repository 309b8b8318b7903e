import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import {
  type BundlingOptions,
  type ICommandHooks,
  type NodejsFunctionProps,
  OutputFormat,
} from 'aws-cdk-lib/aws-lambda-nodejs';

/**
 * Where the SDK would look for credentials that Lambda has put into the environment already. It imports each of them
 * only when it gets that far, so they are left out of the bundles, of which they were a fifth.
 */
export const UNUSED_IN_LAMBDA: readonly string[] = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@aws-sdk/nested-clients',
  '@aws-sdk/token-providers',
  '@smithy/credential-provider-imds',
];

const REQUIRE_SHIM =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** One minified ESM file with its map. `tools/build-package.ts` makes the package's functions of the same. */
export const BUNDLING = {
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  externalModules: [...UNUSED_IN_LAMBDA],
  banner: REQUIRE_SHIM,
} satisfies BundlingOptions;

/** Beside the modules of the published package: its functions. In the source tree they are bundled at synthesis. */
export const PACKAGED_FUNCTIONS = 'functions.json.br';

/** Files by path, by flow. */
export type PackagedFunctions = Record<string, Record<string, string>>;

/** What a flow's function runs. */
export function functionCode(
  flow: string,
  handler: string,
  commandHooks?: ICommandHooks,
): Pick<NodejsFunctionProps, 'code' | 'entry' | 'handler' | 'bundling'> {
  const archive = new URL(`./${PACKAGED_FUNCTIONS}`, import.meta.url);
  if (existsSync(archive)) return { code: packagedCode(archive, flow), handler: `index.${handler}` };
  return {
    entry: fileURLToPath(new URL(`../../lambdas/${flow}.ts`, import.meta.url)),
    handler,
    bundling: { ...BUNDLING, ...(commandHooks === undefined ? {} : { commandHooks }) },
  };
}

const unpacked = new Map<string, string>();

function packagedCode(archive: URL, flow: string): Code {
  if (unpacked.size === 0) {
    const root = mkdtempSync(join(tmpdir(), 'pagw-functions-'));
    // Nobody says when the CDK has taken its copies.
    process.once('exit', () => rmSync(root, { recursive: true, force: true }));
    const functions: PackagedFunctions = JSON.parse(brotliDecompressSync(readFileSync(archive)).toString());
    for (const [name, files] of Object.entries(functions))
      unpacked.set(name, unpack(join(root, name), files));
  }
  const folder = unpacked.get(flow);
  if (folder === undefined) throw new Error(`The package has no function of the flow '${flow}'.`);
  return Code.fromAsset(folder);
}

function unpack(folder: string, files: PackagedFunctions[string]): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
