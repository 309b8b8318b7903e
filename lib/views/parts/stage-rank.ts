import { stages } from '../../domain/event-stages.ts';

const ranks: ReadonlyMap<string, number> = new Map(stages.map((stage, position) => [stage, position]));

/** Where a stage stands in the pipeline; unknown ones come last. */
export function stageRank(stage: string): number {
  return ranks.get(stage) ?? stages.length;
}
