import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const page = readFileSync(new URL('../docs/security.md', import.meta.url), 'utf8');
const heldBy = 'attack or situation | what happens | held by';

/** The rows of every table that tells an attack or situation, each with the tests that hold it. */
function heldSituations(): { situation: string; tests: { file: string; title: string }[] }[] {
  const tables = page.split(/\n\s*\n/).filter((part) => part.includes(heldBy));
  return tables
    .flatMap((table) => table.trim().split('\n').slice(2))
    .map((row) => {
      const cells = row.split(' | ');
      let file = '';
      const tests = [...(cells.at(-1) ?? '').matchAll(/`([^`]+\.test\.ts)`|\*([^*]+)\*/g)].flatMap(
        (found) => {
          file = found[1] ?? file;
          return found[2] === undefined ? [] : [{ file, title: found[2] }];
        },
      );
      return { situation: cells[0] ?? '', tests };
    });
}

const isThere = ({ file, title }: { file: string; title: string }): boolean => {
  const place = new URL(`../${file}`, import.meta.url);
  if (file === '' || !existsSync(place)) return false;
  return readFileSync(place, 'utf8').replaceAll("\\'", "'").includes(title);
};

it('names for each attack or situation a test that is there, by file and title', () => {
  const situations = heldSituations();
  expect(situations.length).toBeGreaterThan(40);
  expect(situations.filter(({ tests }) => tests.length === 0)).toEqual([]);
  expect(situations.flatMap(({ tests }) => tests).filter((test) => !isThere(test))).toEqual([]);
});
