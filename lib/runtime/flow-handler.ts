import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod/mini';
import type { Database } from '../data-access/database.ts';
import { type databaseEnv, readEnv } from './env.ts';
import {
  type AgreedClock,
  agreeWithDatabase,
  type Clock,
  openDatabaseFromEnv,
  systemClock,
} from './open-database.ts';
import { openLogger, openMetrics } from './telemetry.ts';

/** What a flow's function has at hand, opened once at its cold start. */
export interface FlowTools<Env> {
  env: Env;
  database: Database;
  logger: Logger;
  metrics: Metrics;
  clock: Clock;
  /** The clock for one invocation, held against the database's. */
  agreedClock: () => Promise<AgreedClock>;
}

export type FlowHandler<Event, Answer> = (event: Event, context: Context) => Promise<Answer>;

/** Opens a handler in an environment, by a clock; tests and the local stack do so themselves. */
export type OpenHandler<Event, Answer> = (
  environment: NodeJS.ProcessEnv,
  clock: Clock,
) => FlowHandler<Event, Answer>;

/**
 * The wrapper of every function: its settings read and its database opened once, a logger with the function's
 * context, metrics published at the end of each invocation.
 * @param open gets the tools once and answers what each invocation does.
 */
export function flowHandler<Shape extends ReturnType<typeof databaseEnv>['shape'], Event, Answer>(
  flow: string,
  settings: () => z.ZodMiniObject<Shape>,
  open: (tools: FlowTools<z.infer<z.ZodMiniObject<Shape>>>) => FlowHandler<Event, Answer>,
): OpenHandler<Event, Answer> {
  return (environment, clock) => {
    const env = readEnv(settings(), environment);
    const logger = openLogger(flow);
    const metrics = openMetrics(flow);
    const database = openDatabaseFromEnv(env as z.infer<ReturnType<typeof databaseEnv>>);
    const agreedClock = agreeWithDatabase(clock, { database, logger, metrics });
    const publish = () => {
      // Publishing none is a warning in the log.
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    };
    return middy<Event, Answer>()
      .use(injectLambdaContext(logger))
      .use({ after: publish, onError: publish })
      .handler(open({ env, database, logger, metrics, clock, agreedClock }));
  };
}

/** The Lambda's entry: opened by its first invocation, so that what is missing is said in that one's log. */
export function deployed<Event, Answer>(open: OpenHandler<Event, Answer>): FlowHandler<Event, Answer> {
  let handler: FlowHandler<Event, Answer> | undefined;
  return (event, context) => {
    handler ??= open(process.env, systemClock);
    return handler(event, context);
  };
}
