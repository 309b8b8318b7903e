import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ruleSettings, type StageRules } from './stage-rules.ts';
import type { TrackerFunction } from './tracker-function.ts';

export const SETTINGS_FILE = 'pagw-settings.json';

/**
 * A stage's rules in a file that its functions share. They grow with the tenants: in each function's environment of 4 KB, 60
 * tenants and 4 stages were too many.
 */
export class RulesLayer extends Construct {
  readonly #layer: LayerVersion | undefined;

  constructor(scope: Construct, id: string, rules: StageRules) {
    super(scope, id);
    const settings = ruleSettings(rules);
    if (Object.keys(settings).length === 0) return;
    const folder = mkdtempSync(join(tmpdir(), 'pagw-rules-'));
    try {
      writeFileSync(join(folder, SETTINGS_FILE), JSON.stringify(settings));
      this.#layer = new LayerVersion(this, 'Layer', {
        description: 'Rules of the stage: retry policy, stuck limits, decision timeframes',
        code: Code.fromAsset(folder),
        compatibleRuntimes: [Runtime.NODEJS_24_X],
        compatibleArchitectures: [Architecture.ARM_64],
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Lets a function read the rules, which it does once, when it starts. */
  serve({ function: lambda }: TrackerFunction): void {
    if (this.#layer === undefined) return;
    lambda.addLayers(this.#layer);
    lambda.addEnvironment('SETTINGS_FILE', `/opt/${SETTINGS_FILE}`);
  }
}
