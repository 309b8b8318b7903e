import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { type DeployedBundles, synthesiseBundles } from './deployed-bundles.ts';

let deployed: DeployedBundles;
beforeAll(async () => {
  deployed = await synthesiseBundles();
});

describe('the bundles of the deployment', () => {
  test('import on their own and export the handler that is invoked', () => {
    const all = deployed.bundles;
    expect([...all.keys()]).toEqual(
      expect.arrayContaining(['ingest.handler', 'admit.handler', 'migrate.isComplete']),
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

  // A hundred kilobytes that every cold start would read.
  test.each(['retry.handler', 'maintain.handler', 'admit.handler', 'rotate.handler'])(
    'of what reads no message hold no word lists of the PHI guard: %s',
    (name) => {
      const bundle = deployed.bundles.get(name);
      if (bundle === undefined) throw new Error(`${name} is not deployed`);
      const code = readFileSync(join(bundle.directory, 'index.mjs'), 'utf8');
      expect(code.includes('semicolon semicolons')).toBe(false);
    },
  );

  test('of migrate hold every migration and function, as they are in the repository', () => {
    const migrate = deployed.bundles.get('migrate.isComplete');
    if (migrate === undefined) throw new Error('migrate is not deployed');
    const folder = join(migrate.directory, 'migrations');
    const sqlIn = (root: string) =>
      readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.sql'))
        .sort();
    const names = sqlIn('migrations');
    expect(names).toContain(join('functions', 'append_events.sql'));
    expect(sqlIn(folder)).toEqual(names);
    for (const name of names) {
      expect(readFileSync(join(folder, name), 'utf8'), name).toBe(
        readFileSync(join('migrations', name), 'utf8'),
      );
    }
  });
});
