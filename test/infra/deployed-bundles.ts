import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type SynthesisedStage, synthesiseStage } from './synthesise-stage.ts';

/** One of our functions as it is uploaded. */
export interface DeployedBundle {
  /** Holds `index.mjs`; the working directory in Lambda. */
  directory: string;
  /** The export that is invoked. */
  handler: string;
  /** As in the template: what CloudFormation fills in is no string yet. */
  environment: Readonly<Record<string, unknown>>;
}

export interface DeployedBundles {
  stage: SynthesisedStage;
  /** By flow and export: `ingest.handler`. */
  bundles: ReadonlyMap<string, DeployedBundle>;
  remove(): void;
}

/** Bundles every function as a deployment of `dev` does; takes seconds. */
export function synthesiseBundles(): DeployedBundles {
  const stage = synthesiseStage('dev', { bundle: true, unchecked: true });
  const { directory } = stage;
  const manifest = readFileSync(join(directory, 'PagwEventTracker-dev.assets.json'), 'utf8');
  const { files }: { files: Record<string, { source: { path: string } }> } = JSON.parse(manifest);
  const bundles = new Map<string, DeployedBundle>();
  for (const [logicalId, { Properties }] of stage.ofType('AWS::Lambda::Function')) {
    const environment: Record<string, unknown> = Properties.Environment?.Variables ?? {};
    const { POWERTOOLS_SERVICE_NAME: service } = environment;
    if (typeof service !== 'string') continue;
    const file = files[String(Properties.Code.S3Key).replace('.zip', '')];
    if (file === undefined) throw new Error(`${logicalId} has no asset`);
    const handler = String(Properties.Handler).replace('index.', '');
    bundles.set(`${service.replace('pagw-', '')}.${handler}`, {
      directory: join(directory, file.source.path),
      handler,
      environment,
    });
  }
  return { stage, bundles, remove: () => rmSync(directory, { recursive: true }) };
}
