import { canonicalTenant } from './event-catalogue.ts';
import { canonicalStage } from './event-stages.ts';

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
