// Apart from trackerName() of stages.ts, which pagw loads, too: without the CDK.
import { Aws, Fn } from 'aws-cdk-lib';

/**
 * `name` with the first eight characters of the stack's own id, which is new with each stack that is created: what an
 * earlier try left behind never has it. For names that must be known before their resource is there.
 */
export function nameOfThisStack(name: string): string {
  const guid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return Fn.join('-', [name, Fn.select(0, Fn.split('-', guid))]);
}
