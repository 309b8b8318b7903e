import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RULES } from '../../lib/infra/setting-rules.ts';
import { BOUNDS_BY_PATH } from '../../lib/infra/setting-shapes.ts';
import { rulesOf, settings, settingsPage } from '../../tools/settings-page.ts';
import { EVERY_SETTING, EXISTING_CLUSTER } from './stage-variants.ts';

const found = settings();
const paths = found.map(({ path }) => path);

test('the page of settings is what their types, stages and rules say (npm run settings -- --write)', () => {
  expect(readFileSync('docs/settings.md', 'utf8')).toBe(settingsPage());
});

test('every setting that a stage can state is on it', () => {
  const stated = leaves({ ...EVERY_SETTING, existingCluster: EXISTING_CLUSTER });
  expect(
    stated.filter((path) => !paths.some((known) => path === known || path.startsWith(`${known}.`))),
  ).toEqual([]);
});

test('every setting has a meaning, and what is left out has a default or says what then', () => {
  expect(found.filter(({ meaning }) => meaning === '').map(({ path }) => path)).toEqual([]);
});

test('every number has bounds, and every rule names settings that there are', () => {
  const numbers = found.filter(
    ({ type, path }) => /^number( \| 'off')?$/.test(type) && !path.startsWith('rules.'),
  );
  expect(numbers.map(({ path }) => path).sort()).toEqual([...BOUNDS_BY_PATH.keys()].sort());
  const named = RULES.flatMap(({ of }) => of);
  expect(named.filter((one) => !paths.some((path) => path === one || path.startsWith(`${one}.`)))).toEqual(
    [],
  );
  expect(rulesOf('retention.logDays')).toHaveLength(2);
});

function leaves(value: object, within = ''): string[] {
  return Object.entries(value).flatMap(([name, part]) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? leaves(part, `${within}${name}.`)
      : [`${within}${name}`],
  );
}
