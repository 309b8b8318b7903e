import { globSync, readFileSync } from 'node:fs';
import * as cloudFormation from '@aws-sdk/client-cloudformation';
import * as rdsData from '@aws-sdk/client-rds-data';
import * as s3 from '@aws-sdk/client-s3';
import * as secretsManager from '@aws-sdk/client-secrets-manager';
import * as serviceQuotas from '@aws-sdk/client-service-quotas';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { EXPECTED_CALLS } from './expected-calls.ts';

/*
 * Code that tells one error of AWS from another must be able to receive it: S3 answers whoever may not list a bucket with
 * AccessDenied where an object is gone, and the branch for NoSuchKey is never taken.
 */

/** Who receives it, and by which right: a recorded call of a function, words of docs/deploy.md, or none that it takes. */
type Received =
  | { by: string; call: string }
  | { byOperatorsWith: string }
  | 'of any call, whatever the rights'
  | 'of whoever is about to deploy, who may ask for anything';

const RECEIVED: Readonly<Record<string, Received>> = {
  'lib/cli/doctor/before-checks.ts AccessDeniedException': 'of any call, whatever the rights',
  'lib/cli/doctor/before-checks.ts ForbiddenException': 'of any call, whatever the rights',
  'lib/cli/doctor/before-checks.ts SecretsErrorException': 'of any call, whatever the rights',
  'lib/flows/operate/replay-rejected.ts NoSuchKey': { byOperatorsWith: '`s3:ListBucket` on both buckets' },
  'lib/cli/stack-connection.ts ValidationError': { byOperatorsWith: '`cloudformation:DescribeStacks`' },
  'lib/data-access/database-error.ts AccessDenied': 'of any call, whatever the rights',
  'lib/data-access/database-error.ts Forbidden': 'of any call, whatever the rights',
  'lib/cli/doctor/account-limits.ts NoSuchResourceException':
    'of whoever is about to deploy, who may ask for anything',
  'lib/cli/doctor/preflight.ts ValidationError': 'of whoever is about to deploy, who may ask for anything',
  'lib/cli/doctor/preflight.ts QueueDoesNotExist': 'of whoever is about to deploy, who may ask for anything',
  'lib/flows/retention/archive-object.ts NoSuchKey': {
    byOperatorsWith: '`s3:ListBucket` on both buckets',
  },
  'lib/data-access/database-error.ts DatabaseResumingException': {
    by: 'ingest.handler',
    call: 'rds-data:ExecuteStatement CLUSTER_ARN SECRET_ARN',
  },
  'lib/data-access/database-error.ts RDSDataServiceException': 'of any call, whatever the rights',
  'lib/data-access/database-error.ts StatementTimeoutException': {
    by: 'ingest.handler',
    call: 'rds-data:ExecuteStatement CLUSTER_ARN SECRET_ARN',
  },
  'lib/data-access/database-error.ts TransactionNotFoundException': {
    by: 'migrate.isComplete',
    call: 'rds-data:CommitTransaction CLUSTER_ARN SECRET_ARN',
  },
  'lib/flows/retention/archive-object.ts NotFound': {
    by: 'maintain.handler',
    call: 's3:HeadObject ARCHIVE_BUCKET not found',
  },
  'lib/flows/retention/archive-object.ts S3ServiceException': 'of any call, whatever the rights',
  'lib/flows/rotate/rotate-login.ts ResourceNotFoundException': {
    by: 'rotate.handler',
    call: 'secretsmanager:GetSecretValue event.SecretId',
  },
};

/** Errors that the clients do not model. */
const UNMODELLED = ['AccessDenied', 'AccessDeniedException', 'Forbidden', 'ValidationError'];
const NAMES = [cloudFormation, rdsData, s3, secretsManager, serviceQuotas, sns, sqs].flatMap((client) =>
  Object.entries(client).flatMap(([name, value]) =>
    typeof value === 'function' && value.prototype instanceof Error ? [name] : [],
  ),
);
const NAME = new RegExp(`\\b(${[...new Set([...NAMES, ...UNMODELLED])].join('|')})\\b`, 'g');
const IMPORTS_AND_COMMENTS = /^import [^;]*;|\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

const deployDoc = readFileSync('docs/deploy.md', 'utf8').replaceAll(/\s+/g, ' ');

test('each error of AWS that the code distinguishes can reach it', () => {
  const told = globSync('{bin,lambdas,lib}/**/*.{ts,tsx}', {
    exclude: (path) => /^lib\/(local|infra)\b/.test(path),
  })
    .flatMap((file) => {
      const code = readFileSync(file, 'utf8').replaceAll(IMPORTS_AND_COMMENTS, '');
      return [...new Set(code.match(NAME))].map((name) => `${file} ${name}`);
    })
    .sort();
  expect(told).toEqual(Object.keys(RECEIVED).sort());
  for (const [error, received] of Object.entries(RECEIVED)) {
    if (typeof received === 'string') continue;
    if ('by' in received) expect(EXPECTED_CALLS[received.by], error).toContain(received.call);
    else expect(deployDoc, error).toContain(received.byOperatorsWith);
  }
});
