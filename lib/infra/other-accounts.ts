import { Aws, CfnOutput, Stack } from 'aws-cdk-lib';
import {
  AccountPrincipal,
  AnyPrincipal,
  ArnPrincipal,
  type IPrincipal,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { FifoQueue } from './fifo-queue.ts';
import type { OtherAccounts } from './stages.ts';

/** What a side of a queue needs: at the queue, and of its key. */
const NEEDS = {
  producers: { queue: ['sqs:SendMessage'], key: ['kms:GenerateDataKey', 'kms:Decrypt'] },
  retryConsumers: {
    queue: [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueAttributes',
    ],
    key: ['kms:Decrypt'],
  },
} as const;

export type Side = keyof typeof NEEDS;
export const SIDES: readonly Side[] = ['producers', 'retryConsumers'];

/** Lets them use the key, through SQS in this region and for nothing else. In the stack of the key. */
export function letOthersUseKey(key: Key, side: Side, others: OtherAccounts): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: `OtherAccounts${side === 'producers' ? 'Produce' : 'TakeRetries'}`,
      principals: principals(others),
      actions: [...NEEDS[side].key],
      resources: ['*'],
      conditions: {
        StringEquals: { 'kms:ViaService': `sqs.${Aws.REGION}.amazonaws.com`, ...inOrganization(others) },
      },
    }),
  );
}

/** Lets them use the queue, and says in an output what their roles must be given besides. */
export function letOthersUseQueue({ queue }: FifoQueue, key: Key, side: Side, others: OtherAccounts): void {
  const conditions = inOrganization(others);
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: `OtherAccounts${side === 'producers' ? 'Produce' : 'TakeRetries'}`,
      principals: principals(others),
      actions: [...NEEDS[side].queue],
      resources: [queue.queueArn],
      ...(Object.keys(conditions).length === 0 ? {} : { conditions: { StringEquals: conditions } }),
    }),
  );
  const statement = (Action: readonly string[], Resource: string, more = {}) => ({
    Effect: 'Allow',
    Action,
    Resource,
    ...more,
  });
  const viaSqs = { Condition: { StringEquals: { 'kms:ViaService': `sqs.${Aws.REGION}.amazonaws.com` } } };
  const policy = {
    Version: '2012-10-17',
    Statement: [statement(NEEDS[side].queue, queue.queueArn), statement(NEEDS[side].key, key.keyArn, viaSqs)],
  };
  new CfnOutput(Stack.of(queue), side === 'producers' ? 'ProducerPolicy' : 'RetryConsumerPolicy', {
    value: Stack.of(queue).toJsonString(policy),
    description: 'What a role of another account attaches; both sides have to allow it',
  });
}

/** Roles where they are named, else accounts, which pass the right on to whom they trust, else anybody of the organization. */
function principals({ roles = [], accounts = [] }: OtherAccounts): IPrincipal[] {
  const named = [
    ...roles.map((arn) => new ArnPrincipal(arn)),
    ...accounts.map((account) => new AccountPrincipal(account)),
  ];
  return named.length === 0 ? [new AnyPrincipal()] : named;
}

/** Narrows whoever is named; alone it is what keeps the rest of the world out. */
function inOrganization({ organizationId }: OtherAccounts): Record<string, string> {
  return organizationId === undefined ? {} : { 'aws:PrincipalOrgID': organizationId };
}
