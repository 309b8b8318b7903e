/** What a report is about: the events of a tenant (null: of all) recorded from `since` on and before `until` (absent: no end). */
export interface ReportSpan {
  tenant: string | null;
  since: Date;
  until?: Date | undefined;
}

/** The span as SQL values. */
export function spanValues({ tenant, since, until }: ReportSpan) {
  return { tenant, since, until: until ?? null };
}
