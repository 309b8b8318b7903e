import type { StageNeeds } from '../lib/cli/doctor/account-limits.ts';

/**
 * What a stage needs of its account. Its settings are loaded when they are asked for. In a
 * file of its own, because tsx cannot read a program that has both a first line for the shell and an `import()`.
 */
export async function readStageNeeds(stage: string): Promise<StageNeeds> {
  const { readStages } = await import('../lib/infra/read-stages.ts');
  const settings = await import('../lib/infra/stage-settings.ts');
  return settings.stageNeeds(stage, await readStages(process.cwd()));
}
