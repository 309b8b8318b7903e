import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Database } from '../data-access/database.ts';
import { usageError } from './cli-error.ts';

/** Which database login: to look, to act by hand, to record as the flows do, to migrate. */
export type LoginName = 'reader' | 'operator' | 'writer' | 'owner';

/** An event tracker, local or deployed. */
export interface Connection {
  kind: 'local' | 'deployed';
  /** How to name it in a sentence: its address, or its stack. */
  name: string;
  /** By which another command finds it. */
  options: string;
  database(login: LoginName): Database;
  /** Who AWS says is asking, as an ARN; absent where only the machine knows. @throws CliError where AWS does not say. */
  caller?: (() => Promise<string>) | undefined;
  sqs: SQSClient;
  eventsQueueUrl: string;
  deadLetterQueueUrl: string | undefined;
  s3: S3Client;
  /** JSON, as ingest has it; undefined: the default policy. */
  retryPolicy: string | undefined;
  /** JSON, as ingest has it; undefined: patterns. */
  phiGuard: string | undefined;
  /** JSON, as ingest has it; undefined: the rule's timeframes for all. */
  decisionPolicy: string | undefined;
  /** JSON, as stuck-alarm has it; undefined: the default limits. */
  stuckLimits: string | undefined;
  /** Of the tracker: a local stack's clock may have been moved forward. */
  now(): Date;
  close(): void;
}

/** Which tracker to speak to. */
export type ConnectionChoice =
  | { kind: 'local'; url: string }
  | { kind: 'deployed'; stack: string; profile: string | undefined; region: string | undefined };

export type OpenConnection = (choice: ConnectionChoice) => Promise<Connection>;

export interface ConnectionOptions {
  url?: string | undefined;
  stack?: string | undefined;
  profile?: string | undefined;
  region?: string | undefined;
}

const DEFAULT_URL = 'http://localhost:4780';

/** What the options say, then PAGW_URL or PAGW_STACK, then this machine. */
export function chooseConnection(
  options: ConnectionOptions,
  env: Readonly<Record<string, string | undefined>>,
): ConnectionChoice {
  const { profile, region } = options;
  if (options.url !== undefined && options.stack !== undefined)
    throw usageError('--url and --stack name two different trackers.', 'Give one of them.');
  if (options.stack !== undefined) return { kind: 'deployed', stack: options.stack, profile, region };
  if (options.url === undefined && !env.PAGW_URL && env.PAGW_STACK)
    return { kind: 'deployed', stack: env.PAGW_STACK, profile, region };
  if (profile !== undefined || region !== undefined)
    throw usageError(
      '--profile and --region choose an AWS account, but no stack is named.',
      'Add --stack NAME, such as --stack PagwEventTracker-dev, or set PAGW_STACK.',
    );
  return { kind: 'local', url: readUrl(options.url ?? env.PAGW_URL ?? DEFAULT_URL) };
}

/** Each is loaded when it is asked for: the AWS SDK takes longer than what only explains a verb. */
export const openConnection: OpenConnection = async (choice) => {
  if (choice.kind === 'local') return (await import('./local-connection.ts')).openLocalConnection(choice.url);
  return (await import('./stack-connection.ts')).openStackConnection(choice);
};

function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw usageError('--url takes an address such as http://localhost:4780.', 'Correct --url or PAGW_URL.');
  return url.origin;
}
