import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CustomResource, Duration } from 'aws-cdk-lib';
import { ApplicationLogLevel } from 'aws-cdk-lib/aws-lambda';
import { LogLevel } from 'aws-cdk-lib/aws-stepfunctions';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { EncryptedLogGroup, type LogSettings } from './encrypted-log-group.ts';
import type { TrackerDatabase } from './tracker-database.ts';
import { TrackerFunction } from './tracker-function.ts';

export interface MigrateFlowProps {
  readonly database: TrackerDatabase;
  readonly logs: LogSettings;
}

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Brings the schema up to date within the deployment. Whatever reads the database depends on `schema`. */
export class MigrateFlow extends Construct {
  /** Done when the schema is current. */
  readonly schema: CustomResource;

  constructor(scope: Construct, id: string, props: MigrateFlowProps) {
    super(scope, id);
    const migrate = this.handler('Migrate', 'isComplete', props);
    migrate.useDatabase(props.database, 'owner');
    const { logGroup } = new EncryptedLogGroup(this, 'FrameworkLogs', props.logs);
    const { logGroup: waiterLogs } = new EncryptedLogGroup(this, 'WaiterLogs', {
      ...props.logs,
      name: '/aws/vendedlogs/states/pagw-event-tracker-migrate',
    });
    const provider = new Provider(this, 'Provider', {
      onEventHandler: this.handler('Begin', 'onEvent', props).function,
      isCompleteHandler: migrate.function,
      queryInterval: Duration.seconds(10),
      totalTimeout: Duration.hours(1),
      logGroup,
      frameworkLambdaLoggingLevel: ApplicationLogLevel.INFO,
      waiterStateMachineLogOptions: {
        destination: waiterLogs,
        level: LogLevel.ALL,
        includeExecutionData: false,
      },
    });
    this.schema = new CustomResource(this, 'Schema', {
      serviceToken: provider.serviceToken,
      resourceType: 'Custom::PagwSchema',
      properties: { migrations: digestOfMigrations() },
    });
    // The cluster with its writer: before an instance is there the Data API answers "Cannot find DBInstance".
    this.schema.node.addDependency(props.database);
  }

  private handler(id: string, handler: string, { logs }: MigrateFlowProps): TrackerFunction {
    return new TrackerFunction(this, id, {
      flow: 'migrate',
      handler,
      description: `Migrates the PAGW event database (${handler})`,
      logs,
      timeout: Duration.minutes(14),
      environment: { MIGRATIONS_FOLDER: './migrations' },
      commandHooks: {
        beforeBundling: () => [],
        beforeInstall: () => [],
        afterBundling: (inputDir, outputDir) => [`cp -R "${inputDir}/migrations" "${outputDir}/migrations"`],
      },
    });
  }
}

/** Changes with any migration, so that CloudFormation runs the resource again. */
function digestOfMigrations(): string {
  const digest = createHash('sha256');
  for (const name of readdirSync(MIGRATIONS_FOLDER).sort()) {
    if (!name.endsWith('.sql')) continue;
    digest
      .update(name)
      .update('\0')
      .update(readFileSync(`${MIGRATIONS_FOLDER}/${name}`))
      .update('\0');
  }
  return digest.digest('hex');
}
