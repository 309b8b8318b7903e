/** A refused event as it is kept, without its body. */
export interface RejectedRow {
  id: number;
  messageId: string;
  /** In the message's array, from 0. */
  position: number;
  tenant: string | null;
  pagwId: string | null;
  code: string;
  path: string;
  rule: string;
  hint: string;
  bodyBucket: string;
  bodyKey: string;
  bodyBytes: number;
  sentAt: Date;
  rejectedAt: Date;
  replayedAt: Date | null;
}

export const REJECTED_COLUMNS = `id, message_id, position, tenant, pagw_id, code, path, rule, hint,
  body_bucket, body_key, body_bytes, sent_at, rejected_at, replayed_at`;

/** Which refused events; what is left out does not narrow. */
export interface RejectedFilter {
  tenant?: string | undefined;
  code?: string | undefined;
  /** Not replayed yet. */
  waitingOnly?: boolean | undefined;
  /** Of when it was refused; `until` is not included. */
  since?: Date | undefined;
  until?: Date | undefined;
}

export const MATCHES_REJECTED_FILTER = `(:tenant::text IS NULL OR tenant = :tenant)
  AND (:code::text IS NULL OR code = :code)
  AND (NOT :waiting_only OR replayed_at IS NULL)
  AND rejected_at >= :since::timestamptz
  AND rejected_at < :until::timestamptz`;

export function rejectedFilterValues(filter: RejectedFilter) {
  return {
    tenant: filter.tenant ?? null,
    code: filter.code ?? null,
    waiting_only: filter.waitingOnly ?? false,
    since: filter.since ?? '-infinity',
    until: filter.until ?? 'infinity',
  };
}
