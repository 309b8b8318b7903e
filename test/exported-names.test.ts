import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Names that every Lambda has, in one meaning. */
const ENTRY_POINTS = ['handler', 'createHandler'];
/** What producers import is stated again in full, under the name it has here. */
const PUBLISHED = 'lib/published/';

function namesIn(text: string): string[] {
  const declared =
    /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|class|interface|type|enum) (\w+)/gm;
  return [...text.matchAll(declared)].map(([, name = '']) => name);
}

it('a name is exported by one module, so that it means one thing', () => {
  const modules = new Map<string, string[]>();
  for (const file of globSync('{bin,lambdas,lib}/**/*.{ts,tsx}').filter(
    (name) => !name.startsWith(PUBLISHED),
  ))
    for (const name of new Set(namesIn(readFileSync(file, 'utf8'))))
      modules.set(name, [...(modules.get(name) ?? []), file]);
  expect(modules.size).toBeGreaterThan(500);
  const twice = [...modules].filter(([name, files]) => files.length > 1 && !ENTRY_POINTS.includes(name));
  expect(twice.map(([name, files]) => `${name}: ${files.join(', ')}`)).toEqual([]);
});

it('a second meaning would be found', () => {
  const texts = [
    'export class Delivery {}',
    'export async function* Delivery() {}',
    'export type Delivery = 1;',
  ];
  expect(texts.flatMap(namesIn)).toEqual(['Delivery', 'Delivery', 'Delivery']);
});
