import type { StageSettings } from './stages.ts';

export type NamePrefix = Pick<StageSettings, 'namePrefix'>;

/** A name that an account and region has once, as this tracker has it: behind its prefix, where the stage states one. */
export function trackerName({ namePrefix }: NamePrefix, name: string): string {
  return namePrefix === undefined ? name : `${namePrefix}-${name}`;
}

/** Of the stack that runs; the one that holds data has `-data` behind it. `pagw --stack` takes it. */
export function stackNameOf(stage: string, settings: NamePrefix): string {
  return trackerName(settings, `PagwEventTracker-${stage}`);
}
