import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { everythingPrinted } from './print.ts';

const PAGE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));

/** Puts what a full run printed into its place in docs/benchmarks.md, word for word. @throws Error where the page has no place for it */
export async function quoteRun(name: string): Promise<void> {
  const begin = `<!-- Written by npm run bench -- ${name} --write. -->`;
  const end = `<!-- end of ${name} -->`;
  const page = await readFile(PAGE, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md lacks the lines ${begin} and ${end}.`);
  const day = new Date().toISOString().slice(0, 10);
  const quoted = `${begin}\n\nFull run of ${day}:\n\n${everythingPrinted()}\n\n`;
  await writeFile(PAGE, page.slice(0, from) + quoted + page.slice(to));
}
