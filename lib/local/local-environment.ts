import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';

/** What a deployed function finds in its environment, pointing at the local stack; GET /environment answers it too. */
export function localEnvironment(addresses: LocalAddresses): Record<string, string> {
  return {
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_RDS_DATA: addresses.dataApi,
    AWS_ENDPOINT_URL_SQS: addresses.queues,
    AWS_ENDPOINT_URL_S3: addresses.queues,
    AWS_ENDPOINT_URL_SNS: addresses.queues,
    CLUSTER_ARN: LOCAL_CLUSTER_ARN,
    SECRET_ARN: LOCAL_SECRET_ARN,
    DATABASE_NAME: LOCAL_DATABASE,
    QUARANTINE_BUCKET,
    ARCHIVE_BUCKET,
    EVENTS_QUEUE_URL: addresses.eventsQueueUrl,
    EVENTS_DLQ_URL: addresses.deadLetterQueueUrl,
    RETRY_QUEUE_URL: addresses.retryQueueUrl,
    TOPIC_ARN: topicArn(INCIDENT_TOPIC),
    TRACKER_OPTIONS: trackerOptionsAt(addresses.port),
    ...settingsToTry(),
  };
}

/** Rules to try on this machine before a stage has them. */
function settingsToTry(): Record<string, string> {
  const names = ['PHI_GUARD', 'DECISION_POLICY', 'BELIEVED_DAYS', 'SENDERS', 'EVENT_LOG'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value ? [[name, value]] : [];
    }),
  );
}

/**
 * Makes it this process's environment. Every other AWS setting goes: a profile, a proxy endpoint or a FIPS switch of
 * the developer's own account must neither redirect the local stack nor be reached by it.
 */
export function enterLocalEnvironment(addresses: LocalAddresses): NodeJS.ProcessEnv {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  const nowhere = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
  const quiet = { POWERTOOLS_METRICS_DISABLED: 'true', POWERTOOLS_LOG_LEVEL: 'WARN' };
  Object.assign(process.env, nowhere, quiet, localEnvironment(addresses));
  return process.env;
}

/** What stands in for an AWS account on one machine. Any key is accepted; these make signing possible. */
export const LOCAL_REGION = 'us-east-1';
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
export const LOCAL_DATABASE = 'pagw';
export const LOCAL_CLUSTER_ARN = `arn:aws:rds:${LOCAL_REGION}:${LOCAL_ACCOUNT}:cluster:pagw-local`;
export const LOCAL_SECRET_ARN = `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT}:secret:pagw-local-AbCdEf`;

export const QUARANTINE_BUCKET = 'pagw-quarantine';
export const ARCHIVE_BUCKET = 'pagw-archive';
export const EVENTS_QUEUE = 'pagw-events.fifo';
export const DEAD_LETTER_QUEUE = 'pagw-events-dlq.fifo';
export const RETRY_QUEUE = 'pagw-retries.fifo';
export const INCIDENT_TOPIC = 'pagw-incidents';

/** Where the parts of one local stack listen, all on 127.0.0.1. */
export interface LocalAddresses {
  port: number;
  console: string;
  dataApi: string;
  queues: string;
  postgresPort: number;
  eventsQueueUrl: string;
  deadLetterQueueUrl: string;
  retryQueueUrl: string;
}

/** Where `npm start` listens when it is told nothing, and `pagw` looks. */
const USUAL_PORT = 4780;

/** The options by which a command finds the tracker at this port; none at the usual one. */
export function trackerOptionsAt(port: number): string {
  return port === USUAL_PORT ? '' : `--url http://localhost:${port}`;
}

/** Console, Data API, queues and PostgreSQL take four ports in a row from `port`. */
export function localAddresses(port: number): LocalAddresses {
  const queues = `http://127.0.0.1:${port + 2}`;
  return {
    port,
    console: `http://127.0.0.1:${port}`,
    dataApi: `http://127.0.0.1:${port + 1}`,
    queues,
    postgresPort: port + 3,
    eventsQueueUrl: `${queues}/${LOCAL_ACCOUNT}/${EVENTS_QUEUE}`,
    deadLetterQueueUrl: `${queues}/${LOCAL_ACCOUNT}/${DEAD_LETTER_QUEUE}`,
    retryQueueUrl: `${queues}/${LOCAL_ACCOUNT}/${RETRY_QUEUE}`,
  };
}

export function queueArn(name: string): string {
  return `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`;
}

function topicArn(name: string): string {
  return `arn:aws:sns:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`;
}

/** What Lambda hands a function beside its event. */
export function lambdaContext(functionName: string, timeoutSeconds: number): Context {
  const deadline = Date.now() + timeoutSeconds * 1000;
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${LOCAL_REGION}:${LOCAL_ACCOUNT}:function:${functionName}`,
    memoryLimitInMB: '512',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
