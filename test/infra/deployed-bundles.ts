import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onceInRun } from '../support/once-in-run.ts';
import {
  joined,
  resourcesOf,
  type SynthesisedStage,
  settingsFileIn,
  synthesiseStage,
} from './synthesise-stage.ts';

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
  ofType: SynthesisedStage['ofType'];
  /** By flow and export: `ingest.handler`. */
  bundles: ReadonlyMap<string, DeployedBundle>;
}

/** Every function bundled as a deployment of `dev` does it. That takes seconds, so the test files share one. */
export async function synthesiseBundles(): Promise<DeployedBundles> {
  const directory = await onceInRun('bundles', (bundleInto) =>
    synthesiseStage('dev', { bundleInto, unchecked: true }),
  );
  const read = (name: string) =>
    JSON.parse(readFileSync(join(directory, `PagwEventTracker-dev${name}.json`), 'utf8'));
  const { files }: { files: Record<string, { source: { path: string } }> } = read('.assets');
  const run = read('.template');
  const ofType = resourcesOf(joined({ data: read('-data.template'), run }));
  const settingsFile = settingsFileIn(directory, 'PagwEventTracker-dev', run);
  const bundles = new Map<string, DeployedBundle>();
  for (const [logicalId, { Properties }] of ofType('AWS::Lambda::Function')) {
    const variables: Record<string, unknown> = Properties.Environment?.Variables ?? {};
    // Lambda puts the layer's file under /opt.
    const environment =
      'SETTINGS_FILE' in variables ? { ...variables, SETTINGS_FILE: settingsFile } : variables;
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
  return { ofType, bundles };
}
