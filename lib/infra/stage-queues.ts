import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { StageQueue } from './stage-rules.ts';

/** Queues that stages read their retry commands from instead of the common one. They belong to the stages' services. */
export class StageQueues extends Construct {
  /** `RETRY_QUEUES`: stage → URL; nothing when no stage has a queue of its own. */
  readonly variables: Readonly<Record<string, string>>;
  readonly #queues: readonly StageQueue[];

  constructor(scope: Construct, id: string, byStage: Readonly<Record<string, StageQueue>>) {
    super(scope, id);
    this.#queues = Object.values(byStage);
    const urls = Object.entries(byStage).map(([stage, { queueArn }]) => [
      stage,
      Queue.fromQueueArn(this, stage, queueArn).queueUrl,
    ]);
    this.variables = urls.length === 0 ? {} : { RETRY_QUEUES: JSON.stringify(Object.fromEntries(urls)) };
  }

  /** Lets the retry flow send to each, and use its key. */
  grantSend({ grantPrincipal }: IGrantable): void {
    const keys = this.#queues.flatMap(({ keyArn }) => (keyArn === undefined ? [] : [keyArn]));
    const grant = (actions: string[], resources: string[]) => {
      if (resources.length === 0) return;
      grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
    };
    grant(
      ['sqs:SendMessage'],
      this.#queues.map(({ queueArn }) => queueArn),
    );
    grant(['kms:GenerateDataKey', 'kms:Decrypt'], keys);
  }
}
