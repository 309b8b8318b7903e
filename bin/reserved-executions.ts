/**
 * How many executions a stage reserves. Its settings are loaded when they are asked for: they bring the CDK with them. In a
 * file of its own, because tsx cannot read a program that has both a first line for the shell and an `import()`.
 */
export async function reservedExecutions(stage: string): Promise<number> {
  const settings = await import('../lib/infra/stage-settings.ts');
  return settings.reservedExecutions(stage);
}
