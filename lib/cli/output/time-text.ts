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
