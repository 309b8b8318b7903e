import {
  ARCHIVE_BUCKET,
  INCIDENT_TOPIC,
  LOCAL_CLUSTER_ARN,
  LOCAL_CREDENTIALS,
  LOCAL_DATABASE,
  LOCAL_REGION,
  LOCAL_SECRET_ARN,
  type LocalAddresses,
  QUARANTINE_BUCKET,
  topicArn,
} from './local-aws.ts';

/** What a deployed function finds in its environment, pointing at the local stack; GET /environment tells it too. */
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
    ...(process.env.PHI_GUARD ? { PHI_GUARD: process.env.PHI_GUARD } : {}),
  };
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
