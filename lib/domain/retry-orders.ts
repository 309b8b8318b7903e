import { canonicalStage, canonicalTenant } from './event-catalogue.ts';

/** Which failures an operator means; what is left out does not restrict. */
export interface RetryFilter {
  tenant?: string;
  stage?: string;
  errorCode?: string;
  /** The system the request goes to, as metadata.targetSystem names it. */
  downstream?: string;
  /** ISO 8601: recorded at or before. */
  failedBefore?: string;
}

type GivenFilter = { [Key in keyof RetryFilter]?: string | Date | undefined };

/** The filter in the words of the database; blank counts as left out. */
export function toRetryFilter(given: GivenFilter): RetryFilter {
  const tenant = canonicalTenant(text(given.tenant));
  const stage = canonicalStage(text(given.stage));
  const errorCode = text(given.errorCode);
  const downstream = text(given.downstream);
  const failedBefore = text(given.failedBefore);
  return {
    ...(tenant === null ? {} : { tenant }),
    ...(stage === null ? {} : { stage }),
    ...(errorCode === null ? {} : { errorCode }),
    ...(downstream === null ? {} : { downstream }),
    ...(failedBefore === null ? {} : { failedBefore }),
  };
}

function text(value: string | Date | undefined): string | null {
  if (value instanceof Date) return value.toISOString();
  return value?.trim() || null;
}

/** What is held back; null stands for all, and one at least is named. */
export interface PauseScope {
  tenant: string | null;
  stage: string | null;
  downstream: string | null;
}

export interface RetryPause extends PauseScope {
  reason: string;
  pausedBy: string;
  pausedAt: Date;
}

/** `anthem · API_CONNECTOR · carelon`: what is named of it. */
export function scopeText({ tenant, stage, downstream }: PauseScope): string {
  return [tenant, stage, downstream].filter((name) => name !== null).join(' · ');
}

/** Those that concern a tenant: one that names none holds back this one's retries too. Null: all. */
export function pausesOf(pauses: readonly RetryPause[], tenant: string | null): RetryPause[] {
  return pauses.filter((pause) => tenant === null || pause.tenant === null || pause.tenant === tenant);
}

/** Where work waits that a pause may hold back. */
export interface PausedPlace {
  tenant: string;
  stage: string | null;
  targetSystem: string | null;
}

/** The oldest pause that holds this back. */
export function coveringPause(
  pauses: readonly RetryPause[],
  { tenant, stage, targetSystem }: PausedPlace,
): RetryPause | undefined {
  return pauses.find(
    (pause) =>
      (pause.tenant === null || pause.tenant === tenant) &&
      (pause.stage === null || pause.stage === stage) &&
      (pause.downstream === null || pause.downstream === targetSystem),
  );
}
