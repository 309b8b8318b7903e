import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const STACK = 'PagwEventTracker-dev';

/** A function's file as `cdk synth` makes it. */
export interface SynthesisedBundle {
  /** The flow's one word. */
  flow: string;
  file: string;
}

interface FunctionProperties {
  Environment?: { Variables?: { POWERTOOLS_SERVICE_NAME?: string } };
  Code: { S3Key?: string };
}

interface Template {
  Resources: Record<string, { Type: string; Properties: FunctionProperties }>;
}

/** Synthesises the `dev` stage into a directory of its own; functions that share a file are one bundle. */
export async function synthesiseBundles(): Promise<{
  bundles: SynthesisedBundle[];
  remove(): Promise<void>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'pagw-bench-synth-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    await promisify(execFile)('npx', ['cdk', 'synth', '-q', '-c', 'stage=dev', '--output', directory]);
    return { bundles: await bundlesIn(directory), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function bundlesIn(directory: string): Promise<SynthesisedBundle[]> {
  const read = async (name: string) => JSON.parse(await readFile(join(directory, name), 'utf8'));
  const { files }: { files: Record<string, { source: { path: string } }> } = await read(
    `${STACK}.assets.json`,
  );
  const { Resources }: Template = await read(`${STACK}.template.json`);
  const found = new Map<string, SynthesisedBundle>();
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const service = Properties.Environment?.Variables?.POWERTOOLS_SERVICE_NAME;
    const asset = files[String(Properties.Code.S3Key).replace('.zip', '')];
    if (service === undefined || asset === undefined) continue;
    const flow = service.replace('pagw-', '');
    found.set(flow, { flow, file: join(directory, asset.source.path, 'index.mjs') });
  }
  return [...found.values()].sort((left, right) => left.flow.localeCompare(right.flow));
}
