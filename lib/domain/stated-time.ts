const shape =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d{2}):?(\d{2}))$/;
/** What producers usually send, and what is answered: days after the 28th take a calendar. */
const canonicalShape =
  /^(?:19[7-9]\d|[2-9]\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const firstInstant = Date.UTC(1970, 0, 1);
/** The last that has a place in four digits of a year: a sum of times ends there. */
export const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** ISO 8601 with a zone, years 1970 to 9999, as UTC with milliseconds (finer digits dropped); null for all else. */
export function canonicalTimestamp(text: string): string | null {
  return canonicalShape.test(text) ? text : parsedTimestamp(text);
}

/** The same for any form; exported for the test that compares them. */
export function parsedTimestamp(text: string): string | null {
  const match = shape.exec(text.trim());
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const [fraction = '', sign = '+', zoneHours = 0, zoneMinutes = 0] = match.slice(7);
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second, milliseconds));
  // Date.UTC rolls February 30 over into March and takes the year 70 for 1970: neither was meant.
  const meant =
    local.getUTCFullYear() === year &&
    local.getUTCMonth() === month - 1 &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!meant || Number(zoneHours) > 18 || Number(zoneMinutes) > 59) return null;
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000 * (sign === '-' ? -1 : 1);
  const instant = local.getTime() - offset;
  return instant >= firstInstant && instant <= LAST_INSTANT ? new Date(instant).toISOString() : null;
}

export const timestampForm =
  'ISO 8601 with a zone, such as 2025-12-26T14:51:34.578Z, in the years 1970 to 9999';

/**
 * How far before its recording a producer's time may lie and still count. Farther back it is a broken clock (epoch seconds
 * taken for milliseconds, a machine without a battery), and what happened is taken to have happened when it was recorded.
 */
export const DEFAULT_BELIEVED_DAYS = 90;

const DAY_MS = 86_400_000;

/**
 * Clocks differ by seconds all the time. A producer's that differs by more is reported; one of our own counts for nothing:
 * `now` is the database's then, and a stored time that lies farther ahead was written by such a clock.
 */
export const CLOCK_SKEW_SECONDS = 60;

/** Whether a producer's time lies absurdly far before its recording. Both in epoch milliseconds. */
export function isDisbelieved(stated: number, recordedAt: number, believedDays: number): boolean {
  return recordedAt - stated > believedDays * DAY_MS;
}

/** Whether a producer's clock is off: its time is disbelieved, or lies more than a minute after its recording. */
export function isClockOff(stated: number, recordedAt: number, believedDays: number): boolean {
  return isDisbelieved(stated, recordedAt, believedDays) || stated - recordedAt > CLOCK_SKEW_SECONDS * 1_000;
}

/**
 * A producer's time as it counts for durations, deadlines and decisions, in epoch milliseconds: never later than its
 * recording, and its recording where it lies absurdly far before. The raw time is kept beside it.
 * @param believedDays Infinity believes every past time, as an import of old histories needs it.
 */
export function believableTime(stated: number, recordedAt: number, believedDays: number): number {
  return stated > recordedAt || isDisbelieved(stated, recordedAt, believedDays) ? recordedAt : stated;
}
