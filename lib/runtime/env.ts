import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { ARCHIVE_AFTER_DAYS, COMPACT_AFTER_DAYS, LEAST_HISTORY_DAYS } from '../domain/history-ages.ts';
import { DEFAULT_BELIEVED_DAYS } from '../domain/stated-time.ts';

// Else the small build says nothing but "Invalid input".
z.config(en());

/**
 * Reads the settings of a Lambda from its environment, once, at cold start, and from the file that SETTINGS_FILE names: an
 * environment holds 4 KB, and rules grow with the tenants.
 * @throws Error naming every variable that is missing or malformed; values are not repeated.
 */
export function readEnv<Shape extends z.core.$ZodShape>(
  schema: z.ZodMiniObject<Shape>,
  env: NodeJS.ProcessEnv = process.env,
): z.infer<z.ZodMiniObject<Shape>> {
  const result = schema.safeParse({ ...readSettings(env.SETTINGS_FILE), ...env });
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The environment is incomplete. Set these variables: ${faults.join('; ')}.`);
}

function readSettings(path: string | undefined): Record<string, string> {
  return path === undefined
    ? {}
    : z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** Where the database is; every function that touches it needs these three. */
export const databaseEnv = () =>
  z.object({
    CLUSTER_ARN: z.string().check(z.startsWith('arn:')),
    SECRET_ARN: z.string().check(z.startsWith('arn:')),
    DATABASE_NAME: z.string().check(z.minLength(1)),
  });

export const admitEnv = () =>
  z.extend(databaseEnv(), {
    /** Of the login that migrates; SECRET_ARN is the master user's. */
    OWNER_SECRET_ARN: z.string().check(z.startsWith('arn:')),
  });

/** How a request's events are folded into its state. */
const foldEnv = () =>
  z.extend(databaseEnv(), {
    /** JSON, by tenant and plan: see lib/domain/decision-clock.ts. */
    DECISION_POLICY: z.optional(z.string()),
    /** How many days before its recording a producer's time counts; more for an import of old histories. */
    BELIEVED_DAYS: z._default(
      z.pipe(z.coerce.number(), z.number().check(z.minimum(1), z.maximum(36_500))),
      DEFAULT_BELIEVED_DAYS,
    ),
  });

/**
 * - `every`: a line an event, found by `pagwId`.
 * - `batch`: an array of events a line, found by text.
 * - `refused`: a line a refused event; what is recorded is in the database.
 */
const eventLogForm = ['every', 'batch', 'refused'] as const;
export type EventLogForm = (typeof eventLogForm)[number];

export const ingestEnv = () =>
  z.extend(foldEnv(), {
    QUARANTINE_BUCKET: z.string().check(z.minLength(3)),
    EVENTS_QUEUE_URL: z.url(),
    RETRY_POLICY: z.optional(z.string()),
    /** JSON: see lib/domain/phi-guard.ts. */
    PHI_GUARD: z.optional(z.string()),
    /** JSON: see lib/domain/sender-tenants.ts. */
    SENDERS: z.optional(z.string()),
    EVENT_LOG: z._default(z.enum(eventLogForm), 'every'),
  });

export const migrateEnv = () =>
  z.extend(foldEnv(), {
    MIGRATIONS_FOLDER: z.string().check(z.minLength(1)),
    /** Of the login that sets all others' passwords. */
    ROTATOR_SECRET_ARN: z.string().check(z.startsWith('arn:')),
  });

/** Longer than a run may take: else a second run sends the same again (with the same token). */
const leaseSeconds = () =>
  z._default(z.pipe(z.coerce.number(), z.int().check(z.minimum(60), z.maximum(3_600))), 360);

/** JSON: tenants that metrics name before any other. */
const metricTenants = () =>
  z._default(
    z.pipe(
      z.pipe(
        z.string(),
        z.transform((json) => {
          try {
            return JSON.parse(json) as unknown;
          } catch {
            return undefined;
          }
        }),
      ),
      z.array(z.string(), 'is no JSON array of names'),
    ),
    [],
  );

export const retryEnv = () =>
  z.extend(databaseEnv(), {
    RETRY_POLICY: z.optional(z.string()),
    RETRY_QUEUE_URL: z.optional(z.string()),
    /** JSON: stage → URL of the queue of its own. */
    RETRY_QUEUES: z.optional(z.string()),
    RETRY_LEASE_SECONDS: leaseSeconds(),
    METRIC_TENANTS: metricTenants(),
  });

export const stuckAlarmEnv = () =>
  z.extend(databaseEnv(), {
    EVENTS_QUEUE_URL: z.url(),
    /** The SNS topic of incidents. */
    TOPIC_ARN: z.string().check(z.startsWith('arn:')),
    /** The event bus that decisions, incidents and the like are put on. */
    EVENT_BUS: z.optional(z.string().check(z.startsWith('arn:'))),
    /** JSON, in minutes: see lib/domain/stage-limits.ts. */
    STUCK_LIMITS: z.optional(z.string()),
    /** JSON, by tenant and plan: see lib/domain/decision-clock.ts. */
    DECISION_POLICY: z.optional(z.string()),
    /** Where a notification sends its reader. */
    RUNBOOK_URL: z.optional(z.url()),
    /** The CloudFormation stack that a notification's commands name. */
    STACK_NAME: z.optional(z.string()),
    /** Where no stack does, the options by which they find the tracker. */
    TRACKER_OPTIONS: z.optional(z.string()),
    METRIC_TENANTS: metricTenants(),
  });

/** Days since a request was closed and last heard of; `off`: never. */
const historyAge = (days: number) =>
  z._default(
    z.union([z.literal('off'), z.coerce.number().check(z.int(), z.minimum(LEAST_HISTORY_DAYS))]),
    days,
  );

export const maintainEnv = () =>
  z.extend(databaseEnv(), {
    ARCHIVE_BUCKET: z.string().check(z.minLength(3)),
    COMPACT_AFTER_DAYS: historyAge(COMPACT_AFTER_DAYS),
    ARCHIVE_AFTER_DAYS: historyAge(ARCHIVE_AFTER_DAYS),
  });

export const widgetEnv = () =>
  z.extend(databaseEnv(), {
    /** The one tenant it shows, or `*` for all. Whoever can edit a dashboard can change its parameters, not this. */
    WIDGET_TENANT: z.string().check(z.trim(), z.minLength(1)),
    /** The CloudFormation stack that its commands name. */
    STACK_NAME: z.optional(z.string()),
    RETRY_POLICY: z.optional(z.string()),
    STUCK_LIMITS: z.optional(z.string()),
  });
