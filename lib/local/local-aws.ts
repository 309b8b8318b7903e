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
  console: string;
  dataApi: string;
  queues: string;
  postgresPort: number;
  eventsQueueUrl: string;
  deadLetterQueueUrl: string;
  retryQueueUrl: string;
}

/** Console, Data API, queues and PostgreSQL take four ports in a row from `port`. */
export function localAddresses(port: number): LocalAddresses {
  const queues = `http://127.0.0.1:${port + 2}`;
  return {
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

export function topicArn(name: string): string {
  return `arn:aws:sns:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`;
}
