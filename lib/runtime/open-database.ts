import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import type * as z from 'zod/mini';
import { type Database, openDatabase } from '../data-access/database.ts';
import { CLOCK_SKEW_SECONDS } from '../domain/stated-time.ts';
import type { databaseEnv } from './env.ts';
import { CLOCK_SKEW } from './metric-names.ts';

/** Opens the database a Lambda's environment names. */
export function openDatabaseFromEnv(env: z.infer<ReturnType<typeof databaseEnv>>): Database {
  // Nothing is added to the client's middlewares, so that each command's are put together once, not with every call.
  return openDatabase(new RDSDataClient({ cacheMiddleware: true }), {
    resourceArn: env.CLUSTER_ARN,
    secretArn: env.SECRET_ARN,
    database: env.DATABASE_NAME,
  });
}

const ASK_EVERY_MS = 60_000;

/**
 * Holds a machine's clock against the database's, at most once a minute. Where they differ by more than a minute, the
 * time is the database's, with a warning and a metric in seconds at each call. A database that does not answer leaves
 * things as they were: what follows will fail of it, or not.
 * @returns answers the clock to use for one invocation.
 */
export function agreeWithDatabase(
  clock: Clock,
  { database, logger, metrics }: { database: Database; logger: Logger; metrics: Metrics },
): () => Promise<AgreedClock> {
  let skewMs = 0;
  let askedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const own = { now: () => clock.now(), earliest: () => clock.now() };
    if (clock.isMachineClock !== true) return own;
    // Not by the clock in doubt.
    if (performance.now() - askedAt >= ASK_EVERY_MS) {
      try {
        skewMs = await measureSkew(clock, database);
        askedAt = performance.now();
      } catch (error) {
        logger.warn('clock not checked', { error: error instanceof Error ? error.name : 'unknown' });
      }
    }
    if (Math.abs(skewMs) <= CLOCK_SKEW_SECONDS * 1_000) return own;
    const skewSeconds = Math.round(skewMs / 1_000);
    logger.warn('clock differs from the database’s, which is used', { skewSeconds });
    metrics.addMetric(CLOCK_SKEW, MetricUnit.Seconds, Math.abs(skewSeconds));
    const agreed = skewMs;
    return {
      now: () => new Date(clock.now().getTime() - agreed),
      earliest: () => new Date(clock.now().getTime() - Math.max(0, agreed)),
    };
  };
}

/** By how many milliseconds the clock is ahead for certain, however long the answer took; negative: behind. */
export async function measureSkew(clock: Clock, database: Database): Promise<number> {
  const before = clock.now().getTime();
  const { rows } = await database.execute<{ now: Date }>('SELECT clock_timestamp() AS now');
  const after = clock.now().getTime();
  const time = rows[0]?.now.getTime();
  if (time === undefined) throw new Error('The database did not say the time.');
  if (time < before) return before - time;
  return time > after ? after - time : 0;
}

/** Where a flow takes the time from. All SQL that reasons about time gets it as a bound value. */
export interface Clock {
  now(): Date;
  /** Whether it is held against the database's clock; one that is moved on purpose is not. */
  readonly isMachineClock?: boolean;
}

/** A clock that was held against the database's. */
export interface AgreedClock extends Clock {
  /** By the earlier of the two clocks: for what nothing brings back, so that one wrong clock does nothing early. */
  earliest(): Date;
}

export const systemClock: Clock = { now: () => new Date(), isMachineClock: true };
