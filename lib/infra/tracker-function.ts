import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type IGrantable,
  type IPrincipal,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { type ICommandHooks, NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { EncryptedLogGroup, type LogSettings } from './encrypted-log-group.ts';
import { functionCode } from './function-code.ts';
import type { DatabaseRole, TrackerDatabase } from './tracker-database.ts';
import type { PrivateNetwork } from './tracker-network.ts';

/** What Lambda does as the function's role ("Giving Lambda functions access to resources in an Amazon VPC"). */
const STAND_IN_VPC = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** What all functions of a stage have alike. */
export interface SharedByFunctions {
  readonly logs: LogSettings;
  readonly metricNamespace: string;
  /** @default outside of any VPC */
  readonly network?: PrivateNetwork;
}

export interface TrackerFunctionProps {
  /** The flow's one word: `lambdas/<flow>.ts` is the entry. */
  readonly flow: string;
  readonly description: string;
  readonly shared: SharedByFunctions;
  /** @default Duration.seconds(30) */
  readonly timeout?: Duration;
  /**
   * MiB. A full vCPU comes at 1,769; the flows wait for the database most of the time.
   * @default 512
   */
  readonly memorySize?: number;
  /**
   * The export that is invoked.
   * @default handler
   */
  readonly handler?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where a failed asynchronous run goes, without another try. @default invoked synchronously only */
  readonly deadLetters?: IQueue;
  /** @default the account's unreserved pool */
  readonly reservedConcurrentExecutions?: number;
  /** @default nothing is added to the bundle */
  readonly commandHooks?: ICommandHooks;
}

/** A flow's Lambda: Node 24 on arm64, one minified ESM file, traced, with a role and an encrypted log group of its own. */
export class TrackerFunction extends Construct implements IGrantable {
  readonly function: NodejsFunction;
  readonly grantPrincipal: IPrincipal;
  readonly timeout: Duration;
  readonly logGroup: LogGroup;
  readonly #network: PrivateNetwork | undefined;

  constructor(scope: Construct, id: string, props: TrackerFunctionProps) {
    super(scope, id);
    const { logGroup } = new EncryptedLogGroup(this, 'Logs', props.shared.logs);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    this.logGroup = logGroup;
    logGroup.grantWrite(role);
    this.#network = props.shared.network;
    if (this.#network !== undefined)
      role.addToPolicy(new PolicyStatement({ actions: STAND_IN_VPC, resources: ['*'] }));
    this.timeout = props.timeout ?? Duration.seconds(30);
    this.function = new NodejsFunction(this, 'Function', {
      description: props.description,
      ...functionCode(props.flow, props.handler ?? 'handler', props.commandHooks),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memorySize ?? 512,
      timeout: this.timeout,
      role,
      logGroup,
      tracing: Tracing.ACTIVE,
      ...this.#network?.placed,
      ...reservedOf(props),
      ...(props.deadLetters === undefined
        ? {}
        : { deadLetterQueue: props.deadLetters, retryAttempts: 0, maxEventAge: Duration.minutes(5) }),
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: `pagw-${props.flow}`,
        POWERTOOLS_METRICS_NAMESPACE: props.shared.metricNamespace,
        ...props.environment,
      },
    });
    // What starts it may come at once, the schema first of all: its way out is there before.
    if (this.#network !== undefined) this.function.node.addDependency(this.#network);
    this.grantPrincipal = this.function.grantPrincipal;
    acknowledgeFindings(this);
    if (props.reservedConcurrentExecutions === undefined) {
      acknowledge(this, {
        'HIPAA+NIST-LambdaConcurrency':
          'Reserved where the stage asks for it: a new account has 10 executions at a time, of which none can be reserved.',
      });
    }
  }

  /** Connects the function to the database as `role`: settings and rights, those for transactions only where it has any. */
  useDatabase(
    database: TrackerDatabase,
    role: DatabaseRole,
    transactions: 'transactions' | 'none' = 'none',
  ): void {
    this.function.addEnvironment('CLUSTER_ARN', database.clusterArn);
    this.function.addEnvironment('SECRET_ARN', database.secret(role).secretArn);
    this.function.addEnvironment('DATABASE_NAME', database.databaseName);
    database.grantDataApi(this, role, transactions, this.#network);
  }

  /** Lets the function do `actions` on exactly `resources`. */
  allow(actions: string[], ...resources: string[]): void {
    this.function.addToRolePolicy(new PolicyStatement({ actions, resources }));
  }

  /** Invocations that ended in an error. */
  metricErrors(): IMetric {
    return this.function.metricErrors({ statistic: 'Sum', period: Duration.minutes(5) });
  }
}

/** As a function's props have it, which take no undefined. */
export function reservedOf(props: { readonly reservedConcurrentExecutions?: number }): {
  reservedConcurrentExecutions?: number;
} {
  const { reservedConcurrentExecutions } = props;
  return reservedConcurrentExecutions === undefined ? {} : { reservedConcurrentExecutions };
}

function acknowledgeFindings(scope: TrackerFunction): void {
  const outside =
    'It talks to AWS services only, over TLS and by its role; the database is reached through the Data API. In the VPC it would need endpoints or a NAT.';
  const inline = 'A role serves one function, so its rights are read and changed with it.';
  acknowledge(scope, {
    'HIPAA+NIST-LambdaInsideVPC': outside,
    'cdk-validator-cfnguard::lambda_inside_vpc_check': outside,
    'HIPAA+NIST-IAMNoInlinePolicy': inline,
    'Solutions-IAM5[Resource::*]':
      'X-Ray takes traces for no particular resource; nor has a network interface a name before Lambda makes it.',
  });
}
