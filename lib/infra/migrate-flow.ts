import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CfnResource, CustomResource, Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { ApplicationLogLevel, CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogLevel } from 'aws-cdk-lib/aws-stepfunctions';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct, type IConstruct } from 'constructs';
import { acknowledge, wildcardBehind } from './acknowledge.ts';
import { EncryptedLogGroup } from './encrypted-log-group.ts';
import { nameOfThisStack } from './name-of-this-stack.ts';
import type { RulesLayer } from './rules-layer.ts';
import type { TrackerDatabase } from './tracker-database.ts';
import { type SharedByFunctions, TrackerFunction } from './tracker-function.ts';

export interface MigrateFlowProps {
  readonly database: TrackerDatabase;
  readonly shared: SharedByFunctions;
  /** What an older system left is folded as ingest folds events. */
  readonly rules: RulesLayer;
  /** Whose rows the reader sees. @default all tenants' */
  readonly readerTenants?: readonly string[] | undefined;
}

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

/** For readers and tests; never applied. */
const SCHEMA_DUMP = 'schema.sql';

/**
 * Brings the schema up to date within the deployment. `Admit` lets the owner in, as the cluster's master user, and then `Migrate`
 * works as the owner: neither has the other's login. Whatever reads the database depends on `schema`.
 */
export class MigrateFlow extends Construct {
  /** Done when the schema is current. */
  readonly schema: CustomResource;
  /** Gives the owner its passwords, also those of a rotation. */
  readonly admit: TrackerFunction;

  constructor(scope: Construct, id: string, props: MigrateFlowProps) {
    super(scope, id);
    const { database, shared } = props;
    const migrate = new TrackerFunction(this, 'Migrate', {
      flow: 'migrate',
      handler: 'isComplete',
      description: 'Migrates the PAGW event database',
      shared,
      timeout: Duration.minutes(14),
      environment: { MIGRATIONS_FOLDER: './migrations' },
      commandHooks: {
        beforeBundling: () => [],
        beforeInstall: () => [],
        afterBundling: (inputDir, outputDir) => [
          copyFolder(`${inputDir}/migrations`, `${outputDir}/migrations`),
        ],
      },
    });
    const admit = new TrackerFunction(this, 'Admit', {
      flow: 'admit',
      description: 'Lets the owner of the PAGW event database in',
      shared,
      timeout: Duration.minutes(5),
    });
    this.admit = admit;
    for (const handler of [migrate, admit]) {
      acknowledge(handler, {
        'HIPAA+NIST+Serverless-LambdaDLQ':
          'Invoked synchronously: its failure is the answer, and fails the deployment.',
      });
    }
    props.rules.serve(migrate);
    migrate.useDatabase(database, 'owner', 'transactions');
    migrate.function.addEnvironment('ROTATOR_SECRET_ARN', database.secret('rotator').secretArn);
    database.grantReadSecret(migrate, 'rotator', shared.network);
    admit.useDatabase(database, 'master', 'transactions');
    admit.function.addEnvironment('OWNER_SECRET_ARN', database.secret('owner').secretArn);
    database.grantReadSecret(admit, 'owner', shared.network);
    const { logGroup } = new EncryptedLogGroup(this, 'FrameworkLogs', shared.logs);
    const { logGroup: waiterLogs } = new EncryptedLogGroup(this, 'WaiterLogs', {
      ...shared.logs,
      // With this prefix log deliveries are not listed one by one in a resource policy, which has a limit.
      name: nameOfThisStack('/aws/vendedlogs/states/pagw-event-tracker-migrate'),
    });
    const provider = new Provider(this, 'Provider', {
      onEventHandler: admit.function,
      isCompleteHandler: migrate.function,
      queryInterval: Duration.seconds(10),
      totalTimeout: Duration.hours(1),
      logGroup,
      disableWaiterStateMachineLogging: false,
      frameworkLambdaLoggingLevel: ApplicationLogLevel.INFO,
      waiterStateMachineLogOptions: {
        destination: waiterLogs,
        level: LogLevel.ALL,
        includeExecutionData: false,
      },
    });
    completeFramework(provider, [admit, migrate]);
    this.schema = new CustomResource(this, 'Schema', {
      serviceToken: provider.serviceToken,
      resourceType: 'Custom::PagwSchema',
      properties: {
        // A database that is restored from a backup is migrated again: it may be behind.
        cluster: database.clusterArn,
        migrations: digestOfMigrations(),
        ...(props.readerTenants === undefined ? {} : { readerTenants: props.readerTenants }),
      },
    });
    // The cluster with its writer: before an instance is there the Data API answers "Cannot find DBInstance".
    this.schema.node.addDependency(database.cluster);
  }
}

/** A command for every shell: Windows has no cp. */
function copyFolder(from: string, to: string): string {
  return `node -e "require('node:fs').cpSync(...process.argv.slice(1), { recursive: true })" "${from}" "${to}"`;
}

/** Changes with any migration or function, whatever its line ends, so that CloudFormation runs the resource again. */
function digestOfMigrations(): string {
  const digest = createHash('sha256');
  const names = readdirSync(MIGRATIONS_FOLDER, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.sql') && name !== SCHEMA_DUMP);
  for (const name of names.sort()) {
    const text = readFileSync(`${MIGRATIONS_FOLDER}/${name}`, 'utf8').replaceAll('\r\n', '\n');
    digest.update(name).update('\0').update(text).update('\0');
  }
  return digest.digest('hex');
}

/** Lambda refuses to create a function that traces actively without these rights; the override brings none. */
const TRACE = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
/** Step Functions asks for these as well ("AWS X-Ray and Step Functions"). */
const SAMPLE = ['xray:GetSamplingRules', 'xray:GetSamplingTargets'];

function allow(role: IConstruct | undefined, actions: string[]): void {
  if (role instanceof Role) role.addToPrincipalPolicy(new PolicyStatement({ actions, resources: ['*'] }));
}

/** What the CDK's framework around the two handlers leaves open. */
function completeFramework(provider: Provider, handlers: TrackerFunction[]): void {
  const functions: IConstruct[] = handlers.map((handler) => handler.function);
  for (const child of provider.node.findAll()) {
    // CloudFormation invokes the one that takes its events; the waiter's role invokes the others.
    if (child instanceof LambdaFunction && child.node.id !== 'framework-onEvent') functions.push(child);
    allow(child, TRACE);
    if (child instanceof CfnFunction) {
      child.memorySize = 256;
      child.tracingConfig = { mode: 'Active' };
    }
    if (child instanceof CfnResource && child.cfnResourceType === 'AWS::StepFunctions::StateMachine') {
      child.addPropertyOverride('TracingConfiguration', { Enabled: true });
      allow(child.node.scope?.node.tryFindChild('Role'), SAMPLE);
    }
  }
  const fromCdk =
    "Part of the CDK's provider framework: it only passes CloudFormation's events on to our handlers.";
  acknowledge(provider, {
    'HIPAA+NIST-LambdaConcurrency': fromCdk,
    'HIPAA+NIST+Serverless-LambdaDLQ': fromCdk,
    'HIPAA+NIST-LambdaInsideVPC': fromCdk,
    'cdk-validator-cfnguard::lambda_inside_vpc_check': fromCdk,
    'HIPAA+NIST-IAMNoInlinePolicy': fromCdk,
    'Solutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
      fromCdk,
  });
  const traced = 'Tracing is on, by a property override that these rules do not see.';
  acknowledge(provider, {
    'Solutions-SF2': traced,
    'Serverless-StepFunctionStateMachineXray': traced,
    'Solutions-IAM5[Resource::*]':
      'The waiter sends its log by vended delivery and its traces to X-Ray, both of which name no resource.',
  });
  for (const invoked of functions) {
    acknowledge(provider, { [wildcardBehind(invoked, ':*')]: 'Any version, of this one function.' });
  }
}
