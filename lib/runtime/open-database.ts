import { RDSDataClient } from '@aws-sdk/client-rds-data';
import type * as z from 'zod/mini';
import { type Database, openDatabase } from '../data-access/database.ts';
import type { databaseEnv } from './env.ts';

/** Opens the database a Lambda's environment names. */
export function openDatabaseFromEnv(env: z.infer<typeof databaseEnv>): Database {
  return openDatabase(new RDSDataClient(), {
    resourceArn: env.CLUSTER_ARN,
    secretArn: env.SECRET_ARN,
    database: env.DATABASE_NAME,
  });
}
