import { createHash } from 'node:crypto';
import type { StuckReason } from './words.ts';

/** What makes requests one incident: they stand at one stage for one cause. */
export interface IncidentCause {
  tenant: string;
  stage: string;
  reason: StuckReason;
  errorCode: string | null;
  targetSystem: string | null;
}

/** One trouble, however far its retries are: a failure that waits, whose retry is overdue or whose attempts are used up. */
const failureReasons: readonly StuckReason[] = ['failed', 'retries-exhausted', 'retry-overdue'];

/**
 * The incident's key, `stuck/anthem/API_CONNECTOR/9f2c41aa`. Numbers and hex ids within an error code count as one:
 * a producer that puts an id into its codes must not open an incident for each.
 */
export function incidentKey({ tenant, stage, reason, errorCode, targetSystem }: IncidentCause): string {
  const code = errorCode?.toUpperCase().replace(/[0-9A-F]*\d[0-9A-F]*/g, '#') ?? '';
  // A decision at risk and one overdue are one incident, which worsens.
  const family = failureReasons.includes(reason) ? 'failure' : reason;
  const kind = isDeadline(reason) ? 'deadline' : family;
  const cause = [kind, code, targetSystem?.toLowerCase() ?? ''].join('|');
  const fingerprint = createHash('sha256').update(cause).digest('hex').slice(0, 8);
  return `stuck/${tenant}/${stage}/${fingerprint}`;
}

/** What the keys of one cause at one stage have in common, whatever the tenant: `API_CONNECTOR/9f2c41aa`. */
export function outageOf({ key, tenant }: { key: string; tenant: string }): string {
  return key.slice(`stuck/${tenant}/`.length);
}

export function isDeadline(reason: StuckReason): boolean {
  return reason.startsWith('deadline-');
}

/** Whether an incident's key is of this tenant and stage. */
export function isIncidentAt(key: string, tenant: string, stage: string | null): boolean {
  return stage !== null && key.startsWith(`stuck/${tenant}/${stage}/`);
}
