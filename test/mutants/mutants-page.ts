import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { explanations } from './explanations.ts';
import type { Mutant } from './mutant.ts';

export interface Outcome extends Omit<Mutant, 'text'> {
  /** From the repository's root. */
  path: string;
  /** `invalid`: PostgreSQL refuses it as it is. `endless`: the tests took too long, be it for the machine's sake. */
  ended: 'killed' | 'survived' | 'invalid' | 'endless';
}

const PAGE = fileURLToPath(new URL('../../docs/mutants.md', import.meta.url));

/** @param totals how many mutants there are of each path. */
export async function writePage(
  outcomes: readonly Outcome[],
  totals: ReadonlyMap<string, number>,
  seed: string,
): Promise<void> {
  const tried = outcomes.filter(({ ended }) => ended === 'killed' || ended === 'survived');
  const lines = [...Map.groupBy(tried, ({ path }) => path)]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, of]) => `| ${path} | ${totals.get(path) ?? '–'} | ${countsOf(of).join(' | ')} |`);
  const parts = ['migrations/functions/', 'lib/domain/', 'lib/data-access/', 'lib/flows/'].flatMap(
    (folder) => {
      const of = tried.filter(({ path }) => path.startsWith(folder));
      return of.length === 0 ? [] : [`| **${folder}** | | ${countsOf(of).join(' | ')} |`];
    },
  );
  const survivors = tried
    .filter(({ ended }) => ended === 'survived')
    .toSorted((one, other) =>
      one.path === other.path ? one.line - other.line : one.path < other.path ? -1 : 1,
    )
    .map((outcome) => {
      const { path, line, change, from, to } = outcome;
      const code = to === '' ? from.trim() : outcome.code;
      return `- ${path}:${line} ${change}: \`${code.replaceAll('`', "'").slice(0, 140)}\`${explained(outcome) ?? ''}`;
    });
  await writeFile(
    PAGE,
    `# Mutants

One thing is changed in one function or module (a lock or a condition dropped, a comparison flipped, a constant counted up),
and the tests that cover it have to tell. \`npm run test:mutants -- --seconds 600 --seed 1\` draws mutants by turns over all
targets of \`test/mutants/targets.ts\`, each over a database of its own; \`--log FILE\` keeps what became of them, \`--write\` makes this page.
What survived and is not explained below is tried once more (\`--again\`) when there is a test for it, and counts as it then ended.
A score is the share of those tried that a test killed; those explained below change nothing that can be seen, and count in neither.

${tried.length} mutants tried of ${[...totals.values()].reduce((sum, one) => sum + one, 0)}, seed ${seed}, ${new Date().toISOString().slice(0, 10)}; what PostgreSQL refuses, and what did not end
in five minutes, or a test of which took a minute, is left out.

| of | mutants | tried | killed | explained | score |
|---|---:|---:|---:|---:|---:|
${[`| **all** | | ${countsOf(tried).join(' | ')} |`, ...parts, ...lines].join('\n')}

## Survivors

${survivors.join('\n')}
`,
  );
}

function countsOf(outcomes: readonly Outcome[]): (number | string)[] {
  const killed = outcomes.filter(({ ended }) => ended === 'killed').length;
  const same = outcomes.filter((one) => one.ended === 'survived' && explained(one) !== undefined).length;
  const judged = outcomes.length - same;
  return [outcomes.length, killed, same, judged === 0 ? '–' : `${Math.floor((100 * killed) / judged)} %`];
}

/** Why no test can tell it from the original; undefined where one could. */
export function explained({ path, from, code, change }: Outcome): string | undefined {
  const one = explanations.find(
    (each) =>
      path.includes(each.of) && `${from}\n${code}`.includes(each.code) && (each.change ?? change) === change,
  );
  return one && ` (${one.why})`;
}
