import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const pages = ['*.md', 'docs/**/*.md', 'examples/**/*.md'].flatMap((pattern) =>
  globSync(pattern, { exclude: ['**/node_modules/**'] }),
);

/** As GitHub names them, from which a browser is sent there. */
function sectionsOf(page: string): Set<string> {
  const headings = withoutBlocks(readFileSync(page, 'utf8')).matchAll(/^#{1,6} (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
}

/** What a text leads to and is not there; @param at where its targets begin. */
function brokenLinks(text: string, at: string, page: string): string[] {
  const targets = [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = '', section] = target.split('#');
    const path = file === '' ? page : join(at, file);
    if (!existsSync(path)) return true;
    return section !== undefined && !sectionsOf(path).has(section);
  });
}

describe('the links of the pages', () => {
  it.each(pages)('of %s lead to what is there', (page) => {
    expect(brokenLinks(readFileSync(page, 'utf8'), dirname(page), page)).toEqual([]);
  });

  it('would be found broken', () => {
    const text =
      '[a](deploy.md) [b](nowhere.md) [c](deploy.md#nothing) [d](#page) [e](#paged) [f](https://x.org/y#z)';
    expect(brokenLinks(text, 'docs', 'docs/runbook.md')).toEqual([
      'nowhere.md',
      'deploy.md#nothing',
      '#paged',
    ]);
  });
});

it('pages that the program names are there, with their sections', () => {
  const named = globSync('{lib,lambdas,bin}/**/*.{ts,tsx}').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\bdocs\/[\w/-]+\.md(?:#[\w-]+)?/g)].map(([target]) => target),
  );
  expect(named.length).toBeGreaterThan(10);
  expect([...new Set(named)].filter((target) => brokenLinks(`[x](${target})`, '', '').length > 0)).toEqual(
    [],
  );
});
