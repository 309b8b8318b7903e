import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { openDatabase } from '../data-access/database.ts';
import { CliError } from './cli-error.ts';
import type { Connection } from './connection.ts';
import { trackerOptions } from './global-options.ts';

/** What programs on its machine learn of a local stack: GET /environment. */
const environmentSchema = z.object({
  AWS_REGION: z.string(),
  AWS_ACCESS_KEY_ID: z.string(),
  AWS_SECRET_ACCESS_KEY: z.string(),
  AWS_ENDPOINT_URL_RDS_DATA: z.url(),
  AWS_ENDPOINT_URL_SQS: z.url(),
  AWS_ENDPOINT_URL_S3: z.url(),
  CLUSTER_ARN: z.string(),
  SECRET_ARN: z.string(),
  DATABASE_NAME: z.string(),
  EVENTS_QUEUE_URL: z.string(),
  EVENTS_DLQ_URL: z.string().optional(),
  RETRY_POLICY: z.string().optional(),
  PHI_GUARD: z.string().optional(),
  DECISION_POLICY: z.string().optional(),
  STUCK_LIMITS: z.string().optional(),
  PAGW_NOW: z.iso.datetime().optional(),
});

const PATIENCE_MS = 5_000;

/** Opens the stack that `npm start` runs. @throws CliError when nothing, or something else, answers at the address. */
export async function openLocalConnection(url: string): Promise<Connection> {
  const environment = await readEnvironment(url);
  const aheadMs = environment.PAGW_NOW === undefined ? 0 : Date.parse(environment.PAGW_NOW) - Date.now();
  const account = {
    region: environment.AWS_REGION,
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID,
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
    },
  };
  const rdsData = new RDSDataClient({ ...account, endpoint: environment.AWS_ENDPOINT_URL_RDS_DATA });
  const sqs = new SQSClient({ ...account, endpoint: environment.AWS_ENDPOINT_URL_SQS });
  const s3 = new S3Client({ ...account, endpoint: environment.AWS_ENDPOINT_URL_S3, forcePathStyle: true });
  const database = openDatabase(rdsData, {
    resourceArn: environment.CLUSTER_ARN,
    secretArn: environment.SECRET_ARN,
    database: environment.DATABASE_NAME,
  });
  return {
    kind: 'local',
    name: url,
    options: trackerOptions({ url }),
    database: () => database,
    sqs,
    eventsQueueUrl: environment.EVENTS_QUEUE_URL,
    deadLetterQueueUrl: environment.EVENTS_DLQ_URL,
    s3,
    retryPolicy: environment.RETRY_POLICY,
    phiGuard: environment.PHI_GUARD,
    decisionPolicy: environment.DECISION_POLICY,
    stuckLimits: environment.STUCK_LIMITS,
    now: () => new Date(Date.now() + aheadMs),
    close: () => {
      for (const client of [rdsData, sqs, s3]) client.destroy();
    },
  };
}

async function readEnvironment(url: string): Promise<z.infer<typeof environmentSchema>> {
  // localhost may mean ::1 first; the stack listens on 127.0.0.1 and fetch tries both.
  const response = await fetch(`${url}/environment`, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(
    (cause: unknown) => {
      throw new CliError({
        code: 'TRACKER_NOT_RUNNING',
        message: `No event tracker answers at ${url}.`,
        hint: 'Start one with `npm start`, give its address with --url, or name a deployed one with --stack.',
        retryable: true,
        cause,
      });
    },
  );
  const answer = environmentSchema.safeParse(await response.json().catch(() => undefined));
  if (response.ok && answer.success) return answer.data;
  throw new CliError({
    code: 'NOT_A_TRACKER',
    message: `What answers at ${url} is no event tracker of this version.`,
    hint: 'Give the address that `npm start` printed as Console with --url.',
  });
}
