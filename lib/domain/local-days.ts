/** A calendar day of a place, as the number of days since 1970-01-01. */
export type DayNumber = number;

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** The day it is in `zone` at an instant in epoch milliseconds. */
export function localDay(at: number, zone: string): DayNumber {
  return Math.floor((at + offsetOf(at, zone)) / DAY_MS);
}

/** The first instant of a day, in epoch milliseconds: a day across a change of clocks has 23 or 25 hours. */
export function startOfDay(day: DayNumber, zone: string): number {
  const midnight = day * DAY_MS;
  const start = midnight - offsetOf(midnight - offsetOf(midnight, zone), zone);
  // Where clocks go forward at midnight, the day begins with the first instant that there is.
  return localDay(start, zone) < day ? midnight - offsetOf(midnight - DAY_MS, zone) : start;
}

/** The last instant of a day, in epoch milliseconds. */
export function endOfDay(day: DayNumber, zone: string): number {
  return startOfDay(day + 1, zone) - 1;
}

/** The number of a day written as `2026-12-25`; NaN where there is none such. */
export function dayNumber(date: string): DayNumber {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  // 2026-02-30 is read as the second of March by some and refused by others.
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== date ? Number.NaN : at / DAY_MS;
}

/** `2026-12-25`. */
export function dayName(day: DayNumber): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The day on which `count` business days after `day` are over: Monday to Friday, without holidays. */
export function addBusinessDays(day: DayNumber, count: number, holidays: ReadonlySet<DayNumber>): DayNumber {
  let reached = day;
  for (let left = count; left > 0; ) {
    reached++;
    // Day 0 was a Thursday.
    const weekday = (((reached + 4) % 7) + 7) % 7;
    if (weekday !== 0 && weekday !== 6 && !holidays.has(reached)) left--;
  }
  return reached;
}

/** How far the zone's clocks are ahead of UTC, in milliseconds. */
function offsetOf(at: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, made);
  return made;
}
