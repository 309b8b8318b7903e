import { canonicalTimestamp } from '../domain/stated-time.ts';
import { usageError } from './cli-error.ts';

export type TimeZone = 'utc' | 'local';

/** `2026-01-31`, in the zone. */
export function dayText(moment: Date, zone: TimeZone): string {
  return isoIn(moment, zone).slice(0, 10);
}

/** `14:51:34.578`, in the zone. */
export function clockText(moment: Date, zone: TimeZone): string {
  return isoIn(moment, zone).slice(11, 23);
}

/** `2026-01-31 14:51:34Z`, in local time `2026-01-31 15:51:34+01:00`: --since takes it back. */
export function momentText(moment: Date, zone: TimeZone): string {
  return `${isoIn(moment, zone).slice(0, 19).replace('T', ' ')}${zoneText(moment, zone)}`;
}

/** `Z`, or what the machine's zone is ahead of it at that moment: `+01:00`. */
export function zoneText(moment: Date, zone: TimeZone): string {
  if (zone === 'utc') return 'Z';
  const ahead = -moment.getTimezoneOffset();
  const clock = new Date(Math.abs(ahead) * 60_000).toISOString().slice(11, 16);
  return `${ahead < 0 ? '-' : '+'}${clock}`;
}

function isoIn(moment: Date, zone: TimeZone): string {
  if (zone === 'utc') return moment.toISOString();
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString();
}

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};
const UNIT = 's|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|y|years?';
const DURATION = new RegExp(`^(?:\\d+(?:\\.\\d+)? ?(?:${UNIT}) ?)+$`);
const PART = new RegExp(`(\\d+(?:\\.\\d+)?) ?(${UNIT})(?![a-z])`, 'g');
/** Of ISO 8601, without its months: they are of no length. */
const ISO_DURATION =
  /^P(?=.)(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?=.)(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;
const LONGEST_SECONDS = 100 * 365 * 86_400;

/**
 * `15m`, `7d`, `1h30m`, `90min`, `2 h 14 m` or ISO 8601's `PT15M` in whole seconds, in any case but `15M`, which elsewhere is
 * 15 months; undefined for anything else.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > 60) return undefined;
  const iso = ISO_DURATION.exec(text)?.slice(1);
  const words = /\d ?M(?![A-Za-z])/.test(text) ? '' : text.toLowerCase();
  if (iso === undefined && !DURATION.test(words)) return undefined;
  let seconds = 0;
  if (iso === undefined)
    for (const [, count, unit = ''] of words.matchAll(PART))
      seconds += Number(count) * (SECONDS[unit.charAt(0)] ?? 0);
  else
    ['w', 'd', 'h', 'm', 's'].forEach((unit, place) => {
      seconds += Number(iso[place] ?? 0) * (SECONDS[unit] ?? 0);
    });
  return seconds <= LONGEST_SECONDS ? Math.round(seconds) : undefined;
}

/**
 * A moment: so long ago (`7d`, `2h14m ago`), a day (`2026-01-31`, `yesterday`), a month (`2026-01`), a time of the last
 * 24 hours (`03:10Z`), or a date and time with a zone, as ISO 8601, PostgreSQL, Python and pagw itself write it, in any case.
 * @param zone in which days begin.
 */
export function parseWhen(option: string, text: string, now: Date, zone: TimeZone = 'utc'): Date {
  // pagw prints `2026-01-31 14:51:34Z · 2m ago`.
  const when = text
    .replace(/ · .*$/s, '')
    .replace(/\s+/g, ' ')
    .trim();
  const ago = parseDuration(when.replace(/ ago$/i, ''));
  if (ago !== undefined) return new Date(now.getTime() - ago * 1000);
  const moment = parseDay(when.toLowerCase(), now, zone) ?? parseTimeOfDay(when, now) ?? parseTime(when);
  if (moment !== undefined) return moment;
  throw usageError(
    `${option} takes a duration such as 15m or 7d, a day such as 2026-01-31 or yesterday, or a time with its zone such as 2026-01-31T08:00:00Z.`,
  );
}

const WEEKEND = /^(?:this |the )?weekend$/;
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/**
 * A moment to come: in so long (`in 24h`, `48h`), a weekday or tomorrow, with a time of day or at its beginning (`monday 08:00`),
 * the end of the weekend (`this weekend`), or a day or time as `parseWhen` takes it.
 * @param zone in which days begin.
 */
export function parseAhead(option: string, text: string, now: Date, zone: TimeZone = 'utc'): Date {
  const when = text.trim().toLowerCase();
  const ahead = parseDuration(when.replace(/^in /, ''));
  if (ahead !== undefined) return new Date(now.getTime() + ahead * 1000);
  const named = WEEKEND.test(when) ? 'monday' : when;
  const [, name = '', hours = '00', minutes = '00'] =
    /^([a-z]+)(?:,? (?:at )?(\d{1,2}):(\d{2}))?$/.exec(named) ?? [];
  const time = `${hours.padStart(2, '0')}:${minutes}`;
  const weekday = WEEKDAYS.findIndex((one) => name.length >= 3 && one.startsWith(name));
  if (weekday >= 0 || name === 'tomorrow')
    for (let days = name === 'tomorrow' ? 1 : 0; days <= 7; days++) {
      const day = dayAfter(dayText(now, zone), days);
      const moment = new Date(`${day}T${time}:00${zone === 'utc' ? 'Z' : ''}`);
      const isThatDay = name === 'tomorrow' || new Date(`${day}T00:00:00Z`).getUTCDay() === weekday;
      if (isThatDay && moment > now) return moment;
    }
  try {
    return parseWhen(option, text, now, zone);
  } catch {
    throw usageError(
      `${option} takes a weekday with a time such as 'monday 08:00', tomorrow, a duration such as 48h, or a time with its zone such as 2026-01-31T08:00:00Z.`,
    );
  }
}

function parseDay(text: string, now: Date, zone: TimeZone): Date | undefined {
  if (text === 'now') return now;
  if (text === 'today') return midnight(dayText(now, zone), zone);
  const day = text === 'yesterday' ? dayAfter(dayText(now, zone), -1) : text;
  const [, date, ofMonth = '-01', inUtc] = /^(\d{4}-\d{2})(-\d{2})?( ?(?:z|utc|gmt))?$/.exec(day) ?? [];
  return date === undefined ? undefined : midnight(`${date}${ofMonth}`, inUtc === undefined ? zone : 'utc');
}

/** By the calendar: where clocks change a day has 23 or 25 hours. */
function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function midnight(day: string, zone: TimeZone): Date | undefined {
  if (canonicalTimestamp(`${day}T00:00:00Z`) === null) return undefined;
  // Without a Z JavaScript takes the machine's zone.
  return new Date(`${day}T00:00:00${zone === 'utc' ? 'Z' : ''}`);
}

/** The latest such time. */
function parseTimeOfDay(text: string, now: Date): Date | undefined {
  if (!/^\d{2}:\d{2}/.test(text)) return undefined;
  const days = [1, 0, -1].map((ahead) =>
    new Date(now.getTime() + ahead * 86_400_000).toISOString().slice(0, 10),
  );
  return days.map((day) => parseTime(`${day}T${text}`)).find((time) => time !== undefined && time <= now);
}

function parseTime(text: string): Date | undefined {
  const iso = text
    .replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T')
    .replace(/ ?(?:UTC|GMT)$/i, 'Z')
    .replace(/ (?=Z$|[+-]\d)/i, '')
    .replace(/([+-]\d{2})$/, (zone, _, place: number) => (place > 10 ? `${zone}:00` : zone));
  const canonical = canonicalTimestamp(iso);
  return canonical === null ? undefined : new Date(canonical);
}
