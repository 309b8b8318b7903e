/** How long something took: `0 ms`, `233 ms`, `3.5 s`, `1 m 04 s`, `2 h 14 m`, `3 d 4 h`. */
export function tookText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return pair(seconds, 60, 'm', 1, 's');
  if (seconds < 86_400) return pair(seconds, 3600, 'h', 60, 'm');
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

function pair(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = String(Math.floor((seconds % large) / small)).padStart(2, '0');
  return `${Math.floor(seconds / large)} ${largeUnit} ${rest} ${smallUnit}`;
}

const AGES: readonly (readonly [number, string])[] = [
  [365 * 86_400, 'y'],
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
];

/** How long ago, in one unit: `12s`, `4m`, `3h`, `9d`, `2y`; with `in` before what is still to come. */
export function ageText(moment: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - moment.getTime()) / 1000);
  return seconds < 0 ? `in ${oneUnit(-seconds)}` : `${oneUnit(seconds)} ago`;
}

function oneUnit(seconds: number): string {
  for (const [size, unit] of AGES) if (seconds >= size) return `${Math.floor(seconds / size)}${unit}`;
  return `${seconds}s`;
}

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

/** `8,577` */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 event`, `8,577 events` */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}
