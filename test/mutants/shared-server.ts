import type { TestProject } from 'vitest/node';

/** vitest's globalSetup under mutation: the server is that of the whole run, the template the mutant's. */
export default function setup(project: TestProject): void {
  const context = JSON.parse(process.env.MUTANT_CONTEXT ?? '{}') as Record<string, string>;
  for (const [name, value] of Object.entries(context)) project.provide(name as 'runDirectory', value);
}
