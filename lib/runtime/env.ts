import * as z from 'zod';

/**
 * Reads the settings of a Lambda from its environment, once, at cold start.
 * @throws Error naming every variable that is missing or malformed; values are not repeated.
 */
export function readEnv<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: NodeJS.ProcessEnv = process.env,
): z.infer<z.ZodObject<Shape>> {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The environment is incomplete. Set these variables: ${faults.join('; ')}.`);
}

/** Where the database is; every function that touches it needs these three. */
export const databaseEnv = z.object({
  CLUSTER_ARN: z.string().startsWith('arn:'),
  SECRET_ARN: z.string().startsWith('arn:'),
  DATABASE_NAME: z.string().min(1),
});

export const ingestEnv = databaseEnv.extend({
  QUARANTINE_BUCKET: z.string().min(3),
  RETRY_POLICY: z.string().optional(),
});

export const migrateEnv = databaseEnv.extend({
  MIGRATIONS_FOLDER: z.string().min(1),
});

/** Longer than a run may take: else a second run sends the same again (with the same token). */
const leaseSeconds = z.coerce.number().int().min(60).max(3_600).default(360);

export const retryEnv = databaseEnv.extend({
  RETRY_POLICY: z.string().optional(),
  RETRY_QUEUE_URL: z.string().optional(),
  /** JSON: stage → URL of the queue of its own. */
  RETRY_QUEUES: z.string().optional(),
  RETRY_LEASE_SECONDS: leaseSeconds,
});

export const stuckAlarmEnv = databaseEnv.extend({
  EVENTS_QUEUE_URL: z.url(),
  /** The SNS topic that incidents are told to. */
  TOPIC_ARN: z.string().startsWith('arn:'),
  /** JSON, in minutes: see lib/domain/stage-limits.ts. */
  STUCK_LIMITS: z.string().optional(),
  /** JSON, by tenant: see lib/domain/decision-clock.ts. */
  DECISION_POLICY: z.string().optional(),
  /** Where a notification sends its reader. */
  RUNBOOK_URL: z.url().optional(),
});

export const maintainEnv = databaseEnv;

export const widgetEnv = databaseEnv.extend({
  /** The one tenant it shows, or `*` for all. Whoever can edit a dashboard can change its parameters, not this. */
  WIDGET_TENANT: z.string().trim().min(1),
  RETRY_POLICY: z.string().optional(),
  STUCK_LIMITS: z.string().optional(),
  DECISION_POLICY: z.string().optional(),
});
