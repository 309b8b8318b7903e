import { CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

const PACKS: Readonly<Record<string, string>> = {
  Solutions: 'AwsSolutions::AwsSolutions',
  HIPAA: 'HIPAA.Security::HIPAA.Security',
  NIST: 'NIST.800.53.R5::NIST.800.53.R5',
  Serverless: 'Serverless::Serverless',
};

/**
 * Accepts findings on a construct and all below it, each with the reason why it is right here.
 * @param rules reasons by rule, written `<pack>[+<pack>…]-<rule>`: `HIPAA+NIST-LambdaDLQ`; with any other prefix an id
 * as synthesis prints it.
 */
export function acknowledge(construct: IConstruct, rules: Readonly<Record<string, string>>): void {
  for (const [rule, reason] of Object.entries(rules)) {
    for (const id of ruleIds(rule)) Validations.of(construct).acknowledge({ id, reason });
  }
}

function ruleIds(rule: string): string[] {
  const dash = rule.indexOf('-');
  const packs = rule.slice(0, dash).split('+');
  if (!packs.every((pack) => Object.hasOwn(PACKS, pack))) return [rule];
  return packs.map((pack) => `${PACKS[pack]}${rule.slice(dash)}`);
}

/** The rule about the objects of a bucket that another stack exports. */
export function objectsOf({ stack, bucketArn }: Bucket): string {
  const { 'Fn::ImportValue': name } = stack.resolve(stack.exportValue(bucketArn));
  return `Solutions-IAM5[Resource::${name}/*]`;
}

/** The rule about a wildcard behind a resource's ARN, of its own stack: `:*` for a function's versions, `/*` for a bucket's objects. */
export function wildcardBehind(resource: IConstruct, suffix: ':*' | '/*'): string {
  const element = resource.node.defaultChild;
  if (!CfnElement.isCfnElement(element)) throw new Error(`'${resource.node.path}' is not one resource.`);
  const logicalId: unknown = Stack.of(resource).resolve(element.logicalId);
  return `Solutions-IAM5[Resource::<${logicalId}.Arn>${suffix}]`;
}
