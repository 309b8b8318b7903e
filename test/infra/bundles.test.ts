import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SynthesisedStage, synthesiseStage } from './synthesise-stage.ts';

let stage: SynthesisedStage;
beforeAll(() => {
  stage = synthesiseStage('dev', { bundle: true, unchecked: true });
}, 120_000);
afterAll(() => rmSync(stage.directory, { recursive: true }));

/** The directory of each of our functions' bundles, by flow and handler. */
function bundles(): Map<string, { directory: string; handler: string }> {
  const found = new Map<string, { directory: string; handler: string }>();
  const { files } = JSON.parse(
    readFileSync(join(stage.directory, `PagwEventTracker-dev.assets.json`), 'utf8'),
  );
  for (const [, { Properties }] of stage.ofType('AWS::Lambda::Function')) {
    const service: unknown = Properties.Environment?.Variables?.POWERTOOLS_SERVICE_NAME;
    if (typeof service !== 'string') continue;
    const hash = String(Properties.Code.S3Key).replace('.zip', '');
    const handler = String(Properties.Handler).replace('index.', '');
    found.set(`${service}.${handler}`, {
      directory: join(stage.directory, files[hash].source.path),
      handler,
    });
  }
  return found;
}

describe('the bundles of the deployment', () => {
  test('import on their own and export the handler that is invoked', () => {
    const all = bundles();
    expect([...all.keys()]).toEqual(
      expect.arrayContaining(['pagw-ingest.handler', 'pagw-migrate.onEvent', 'pagw-migrate.isComplete']),
    );
    const program = [...all]
      .map(([name, { directory, handler }]) => {
        const url = pathToFileURL(join(directory, 'index.mjs')).href;
        return `console.log('${name}', typeof (await import('${url}')).${handler});`;
      })
      .join('');
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect(output.trim().split('\n')).toEqual([...all.keys()].map((name) => `${name} function`));
  });

  test('of migrate hold every migration, as it is in the repository', () => {
    const migrate = bundles().get('pagw-migrate.isComplete');
    if (migrate === undefined) throw new Error('migrate is not deployed');
    const folder = join(migrate.directory, 'migrations');
    const names = readdirSync('migrations');
    expect(readdirSync(folder)).toEqual(names);
    for (const name of names) {
      expect(readFileSync(join(folder, name), 'utf8'), name).toBe(
        readFileSync(join('migrations', name), 'utf8'),
      );
    }
  });
});
