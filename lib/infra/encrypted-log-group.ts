import { RemovalPolicy } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** What every log group of a stage shares. */
export interface LogSettings {
  readonly key: Key;
  readonly days: number;
  /** Keeps the log when its stack is deleted. */
  readonly retain: boolean;
}

export interface EncryptedLogGroupProps extends LogSettings {
  /** One that no earlier deployment can have left behind. @default a name made by CloudFormation */
  readonly name?: string;
}

/** A log group with a key and an end to its retention. It holds no PHI. */
export class EncryptedLogGroup extends Construct {
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: EncryptedLogGroupProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'LogGroup', {
      encryptionKey: props.key,
      retention: props.days,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
      ...(props.name === undefined ? {} : { logGroupName: props.name }),
    });
  }
}
