import { RemovalPolicy } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** What every log group of a stage shares. */
export interface LogSettings {
  readonly key: Key;
  readonly days: number;
}

export interface EncryptedLogGroupProps extends LogSettings {
  /** @default a name made by CloudFormation */
  readonly name?: string;
}

/** A log group with a key and an end to its retention. It holds no PHI and goes with the stack. */
export class EncryptedLogGroup extends Construct {
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: EncryptedLogGroupProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'LogGroup', {
      encryptionKey: props.key,
      retention: props.days,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(props.name === undefined ? {} : { logGroupName: props.name }),
    });
  }
}
