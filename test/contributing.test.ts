import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const page = readFileSync('CONTRIBUTING.md', 'utf8');
const code = [...page.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);

describe('CONTRIBUTING.md', () => {
  it('names files and folders that are there', () => {
    const paths = [
      ...code.filter((text) => /^(\.|[a-z])[\w.-]*\//.test(text)),
      ...[...page.matchAll(/npx vitest run (?:--project fast )?([^\n`#]+)/g)].flatMap(([, paths = '']) =>
        paths.replace(' -u', '').trim().split(/\s+/),
      ),
      ...[...page.matchAll(/\]\(([^)#]+)/g)].map(([, target = '']) => target),
    ];
    const missing = paths.filter((path) => {
      const pattern = path.replace(/<[a-z]+>/g, '*');
      return pattern === path ? !existsSync(path) : globSync(pattern).length === 0;
    });
    expect(paths.length).toBeGreaterThan(25);
    expect(missing).toEqual([]);
  });

  it('names commands that package.json has', () => {
    const scripts = [...page.matchAll(/npm (?:run )?([\w:]+)/g)].map(([, name = '']) => name);
    const known = new Set([...Object.keys(manifest.scripts), 'ci', 'pack']);
    expect(scripts.filter((name) => !known.has(name))).toEqual([]);
  });

  it('has pages written by commands that the title of a test names, so that it says what was forgotten', () => {
    const writing = [...page.matchAll(/^\d\. .*?`(npm run [^`]+)`/gm)].map(([, command = '']) => command);
    const titles = globSync('test/**/*.test.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^ *(?:it|test)\((['"`])(.*?)\1, /gm)].map(
        ([, , title = '']) => title,
      ),
    );
    expect(writing.length).toBeGreaterThan(3);
    const named = (command: string) => titles.some((title) => new RegExp(`${command}(?![\\w:])`).test(title));
    expect(writing.filter((command) => !named(command))).toEqual([]);
  });
});
