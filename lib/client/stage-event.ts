import { metadataMaxBytes, metadataMaxDepth } from '../domain/event-metadata.ts';
import { isBlank } from '../domain/stated-values.ts';
import type { EventStatus } from '../domain/tracked-event.ts';
import { CopyError, copyBounded } from './copy-bounded.ts';

/** What all four calls say. Only `pagwId` and `eventType` are required, and a tenant, here or in the options. */
export interface StageCall {
  pagwId: string;
  tenant?: string | null | undefined;
  /** Canonical or an alias. @default the event type's stage */
  stage?: string | null | undefined;
  eventType: string;
  /** From 1. @default counted from the request's history */
  attempt?: number | null | undefined;
  /** An object, or a string of JSON; at most 16 KiB; no personal data. */
  metadata?: object | string | null | undefined;
  correlationId?: string | null | undefined;
  externalReference?: string | null | undefined;
  serviceName?: string | null | undefined;
  workerId?: string | null | undefined;
  /** @default one made at the call */
  eventId?: string | null | undefined;
  /** @default the time of the call */
  occurredAt?: Date | string | null | undefined;
  request?: RequestOfCall | null | undefined;
}

export interface RequestOfCall {
  /** Such as PAS_SUBMIT. */
  type?: string | null | undefined;
  priority?: 'EXPEDITED' | 'STANDARD' | null | undefined;
  /** A terminal one ends the request. */
  status?: string | null | undefined;
  /** @default the earliest time heard of */
  receivedAt?: Date | string | null | undefined;
  /** @default the first NOTIFY_OK after the decision */
  notifiedAt?: Date | string | null | undefined;
  /** The plan or contract whose figures it counts in. @default the tenant */
  plan?: string | null | undefined;
  /** Who decides in the plan's place. */
  delegate?: string | null | undefined;
  /** @default 'none' */
  drug?: 'none' | 'medical' | 'pharmacy' | boolean | null | undefined;
  /** How many lines are decided how, or each line's action. */
  lines?:
    | { approved?: number; modified?: number; denied?: number; pended?: number }
    | readonly string[]
    | null
    | undefined;
  /** `until`, a time or a day, instead of the days. */
  extension?:
    | {
        days?: number;
        until?: Date | string;
        by?: 'plan' | 'member' | 'provider' | 'delegate';
        at?: Date | string;
      }
    | null
    | undefined;
  appeal?:
    | {
        receivedAt?: Date | string;
        outcome?: 'upheld' | 'overturned' | 'partial' | 'withdrawn';
        decidedAt?: Date | string;
      }
    | null
    | undefined;
  payload?: { bucket?: string | null | undefined; key?: string | null | undefined } | null | undefined;
}

export interface StageComplete extends StageCall {
  /** Milliseconds; rounded, and below 0 counted as 0. */
  durationMs?: number | null | undefined;
  startedAt?: Date | string | null | undefined;
  completedAt?: Date | string | null | undefined;
}

export interface StageError extends StageComplete {
  errorCode?: string | null | undefined;
  /** Masked and cut at 4,000 characters before it leaves the process. */
  errorMessage?: string | null | undefined;
  /** @default by the error code's class */
  retryable?: boolean | null | undefined;
  /** @default by the tracker's retry policy */
  nextRetryAt?: Date | string | null | undefined;
}

export interface RetryAttempt extends StageCall {
  errorCode?: string | null | undefined;
  nextRetryAt?: Date | string | null | undefined;
}

/** An event of the contract, fit to be kept: nothing in it can change any more or run foreign code. */
export type EventSnapshot = Record<string, unknown>;

/** What cannot be kept of a call; `path` is the place in the event, never a value. */
export class UnusableCallError extends Error {
  override readonly name = 'UnusableCallError';
  readonly code: string;
  readonly path: string;

  constructor(code: string, path: string, cause: unknown) {
    super(`The event cannot be read at ${path || 'its root'}; send plain values.`, { cause });
    this.code = code;
    this.path = path;
  }
}

const FIELDS = [
  'tenant',
  'pagwId',
  'stage',
  'eventType',
  'attempt',
  'durationMs',
  'startedAt',
  'completedAt',
  'retryable',
  'nextRetryAt',
  'externalReference',
  'errorCode',
  'errorMessage',
  'workerId',
  'serviceName',
  'correlationId',
  'metadata',
  'request',
  'eventId',
  'occurredAt',
] as const;

/** Longer than all the text fields of the contract but errorMessage, and than a whole `request`. */
const FIELD_MAX_CHARACTERS = 4_096;
/** The contract keeps 4,000 after masking, which may shorten; a text of millions takes milliseconds to cut. */
const ERROR_KEPT_CHARACTERS = 8_000;
const ERROR_CUT_CHARACTERS = 1_000_000;
const CUT_MARK = '… [cut]';

/** Takes what a call says as it is at this moment; bounded in time and size. @throws UnusableCallError */
export function snapshotCall(call: unknown, status: EventStatus, defaults: EventSnapshot): EventSnapshot {
  if (typeof call !== 'object' || call === null) throw new UnusableCallError('EVENT_UNREADABLE', '', null);
  const event: EventSnapshot = { ...defaults, status };
  for (const field of FIELDS) {
    try {
      const value = (call as EventSnapshot)[field];
      const kept = isBlank(value) ? null : snapshotField(field, value);
      // Blank is absent, and so is a Date that is none: the default stands.
      if (!isBlank(kept)) event[field] = kept;
    } catch (cause) {
      throw unusable(field, cause);
    }
  }
  return event;
}

function snapshotField(field: (typeof FIELDS)[number], value: unknown): unknown {
  if (field === 'metadata') return copyBounded(value, metadataMaxBytes, metadataMaxDepth);
  if (field === 'errorMessage' && typeof value === 'string') return shortened(value);
  if (field === 'durationMs' && typeof value === 'number') return wholeMilliseconds(value);
  return copyBounded(value, FIELD_MAX_CHARACTERS, metadataMaxDepth);
}

function unusable(field: string, cause: unknown): UnusableCallError {
  const path = `/${field}`;
  if (!(cause instanceof CopyError) || cause.fault === 'unreadable') {
    return new UnusableCallError(
      'EVENT_UNREADABLE',
      path + (cause instanceof CopyError ? cause.path : ''),
      cause,
    );
  }
  if (field !== 'metadata') return new UnusableCallError('FIELD_INVALID', path, cause);
  const code = cause.fault === 'too-deep' ? 'METADATA_TOO_DEEP' : 'METADATA_TOO_LARGE';
  return new UnusableCallError(code, path, cause);
}

function shortened(text: string): string {
  if (text.length <= ERROR_KEPT_CHARACTERS) return text;
  if (text.length > ERROR_CUT_CHARACTERS) return `[error text of ${text.length} characters, not kept]`;
  return text.slice(0, ERROR_KEPT_CHARACTERS).toWellFormed() + CUT_MARK;
}

/** What a monotonic clock measures has fractions; what a wall clock measures may be negative. */
function wholeMilliseconds(value: number): number | null {
  return Number.isFinite(value) ? Math.max(0, Math.round(value)) : null;
}
