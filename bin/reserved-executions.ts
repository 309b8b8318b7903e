/**
 * How many executions a stage reserves. Its settings are loaded when they are asked for. In a
 * file of its own, because tsx cannot read a program that has both a first line for the shell and an `import()`.
 */
export async function readReservedExecutions(stage: string): Promise<number> {
  const { readStages } = await import('../lib/infra/read-stages.ts');
  const settings = await import('../lib/infra/stage-settings.ts');
  return settings.reservedExecutions(stage, await readStages(process.cwd()));
}
