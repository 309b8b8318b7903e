import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Database, openDatabase } from '../data-access/database.ts';
import { CliError, ExitCode } from './cli-error.ts';
import type { Connection, ConnectionChoice, LoginName } from './connection.ts';
import { trackerOptions } from './global-options.ts';

/** The stack outputs that hold each login's secret. */
const SECRET_OUTPUT: Record<LoginName, string> = {
  reader: 'ReaderSecretArn',
  operator: 'OperatorSecretArn',
  writer: 'WriterSecretArn',
  owner: 'OwnerSecretArn',
};

/** Opens a deployed tracker by its stack's outputs, with the usual AWS credentials. */
export async function openStackConnection(
  choice: Extract<ConnectionChoice, { kind: 'deployed' }>,
): Promise<Connection> {
  const { stack, profile, region } = choice;
  const account = {
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
  };
  const outputs = await readOutputs(new CloudFormationClient(account), stack);
  const need = (name: string) => {
    const value = outputs.get(name);
    if (value !== undefined) return value;
    throw new CliError({
      code: 'NOT_A_TRACKER',
      message: `The stack ${stack} has no output ${name}.`,
      hint: 'Name a stack of the event tracker, such as PagwEventTracker-dev, deployed with this version.',
    });
  };
  const eventsQueueUrl = need('EventsQueueUrl');
  const rdsData = new RDSDataClient(account);
  const sqs = new SQSClient(account);
  const s3 = new S3Client(account);
  const sts = new STSClient({ ...account, maxAttempts: 2, requestHandler: STS_PATIENCE });
  const open = (login: LoginName): Database =>
    openDatabase(rdsData, {
      resourceArn: need('ClusterArn'),
      secretArn: need(SECRET_OUTPUT[login]),
      database: need('DatabaseName'),
    });
  return {
    kind: 'deployed',
    name: stack,
    options: trackerOptions({ stack, profile, region }),
    database: open,
    caller: () => askCaller(sts),
    sqs,
    eventsQueueUrl,
    deadLetterQueueUrl: outputs.get('EventsDeadLetterQueueUrl'),
    s3,
    retryPolicy: ruleIn(outputs, 'RetryPolicy'),
    phiGuard: ruleIn(outputs, 'PhiGuard'),
    decisionPolicy: ruleIn(outputs, 'DecisionPolicy'),
    stuckLimits: ruleIn(outputs, 'StuckLimits'),
    now: () => new Date(),
    close: () => {
      for (const client of [rdsData, sqs, s3, sts]) client.destroy();
    },
  };
}

const STS_PATIENCE = { connectionTimeout: 3_000, requestTimeout: 5_000 };

/** An act that nobody stands for is none: the record would name a shared login. */
async function askCaller(sts: STSClient): Promise<string> {
  const { Arn } = await sts.send(new GetCallerIdentityCommand()).catch((cause: unknown) => {
    throw callerUnknown(cause instanceof Error ? cause.name : 'no answer', cause);
  });
  if (Arn === undefined) throw callerUnknown('no ARN');
  return Arn;
}

function callerUnknown(reason: string, cause?: unknown): CliError {
  return new CliError({
    code: 'CALLER_UNKNOWN',
    message: `AWS does not say who you are (${reason}), and an act is written down with a name: nothing was done.`,
    hint: 'Sign in (`aws sso login`), and see that `aws sts get-caller-identity` answers from here.',
    exitCode: ExitCode.notAuthorised,
    cause,
  });
}

/** An output holds 1 KiB, so a long rule goes on in `name` and 2, and so on. */
function ruleIn(outputs: ReadonlyMap<string, string>, name: string): string | undefined {
  let rule = outputs.get(name);
  for (let place = 2; rule !== undefined && outputs.has(`${name}${place}`); place++)
    rule += outputs.get(`${name}${place}`);
  return rule;
}

async function readOutputs(
  cloudFormation: CloudFormationClient,
  stack: string,
): Promise<ReadonlyMap<string, string>> {
  try {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stack }));
    return new Map(
      (Stacks?.[0]?.Outputs ?? []).flatMap(({ OutputKey, OutputValue }) =>
        OutputKey === undefined || OutputValue === undefined ? [] : [[OutputKey, OutputValue]],
      ),
    );
  } catch (cause) {
    // CloudFormation answers a stack that is not there with a plain ValidationError.
    if (cause instanceof Error && cause.name === 'ValidationError') {
      throw new CliError({
        code: 'STACK_NOT_FOUND',
        message: `There is no stack named ${stack} in this account and region.`,
        hint: 'Check --stack, --profile and --region.',
        exitCode: ExitCode.notFound,
        cause,
      });
    }
    if (cause instanceof Error && /^Region (is missing|not accepted)/.test(cause.message)) {
      throw new CliError({
        code: 'NO_REGION',
        message: 'No AWS region is set, or none of that name can be.',
        hint: 'Give --region, such as us-east-1, or set AWS_REGION or a profile that has one.',
        exitCode: ExitCode.usage,
        cause,
      });
    }
    throw cause;
  } finally {
    cloudFormation.destroy();
  }
}
