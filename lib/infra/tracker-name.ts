import { Aws, Fn } from 'aws-cdk-lib';
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

/**
 * `name` with the first eight characters of the stack's own id, which is new with each stack that is created: what an
 * earlier try left behind never has it. For names that must be known before their resource is there.
 */
export function nameOfThisStack(name: string): string {
  const guid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return Fn.join('-', [name, Fn.select(0, Fn.split('-', guid))]);
}
