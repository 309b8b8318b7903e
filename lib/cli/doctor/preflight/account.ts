import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { SQSClient } from '@aws-sdk/client-sqs';

/** The account and region that a stage is about to be deployed to. */
export interface Account {
  /** As in `-c stage=<stage>`. */
  stage: string;
  /** Executions that the stage's settings reserve. @throws Error in one sentence when a setting cannot work. */
  reservedExecutions(): Promise<number>;
  cloudFormation: CloudFormationClient;
  lambda: LambdaClient;
  sqs: SQSClient;
  tagging: ResourceGroupsTaggingAPIClient;
}

export function openAccount(
  { profile, region }: { profile?: string | undefined; region?: string | undefined },
  stage: string,
  reservedExecutions: Account['reservedExecutions'],
): Account & { close(): void } {
  const where = {
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
  };
  const clients = {
    cloudFormation: new CloudFormationClient(where),
    lambda: new LambdaClient(where),
    sqs: new SQSClient(where),
    tagging: new ResourceGroupsTaggingAPIClient(where),
  };
  return {
    stage,
    reservedExecutions,
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** The stage's stacks in the order they are deployed. */
export function stackNames(stage: string): { data: string; run: string } {
  return { data: `PagwEventTracker-${stage}-data`, run: `PagwEventTracker-${stage}` };
}

/** Undefined when there is none. */
export async function describeStack({ cloudFormation }: Account, name: string): Promise<Stack | undefined> {
  try {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
    return Stacks?.[0];
  } catch (error) {
    // CloudFormation answers a stack that is not there with a plain ValidationError.
    if (error instanceof Error && error.name === 'ValidationError') return undefined;
    throw error;
  }
}
