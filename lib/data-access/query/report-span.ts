/** What a report is about: a tenant's events recorded from `since` on and before `until` (absent: no end). */
export interface ReportSpan {
  tenant: string;
  since: Date;
  until?: Date | undefined;
}

/** The span as SQL values. */
export function spanValues({ tenant, since, until }: ReportSpan) {
  return { tenant, since, until: until ?? null };
}
