import { ageText, durationText } from '../../domain/words.ts';

/** The name of a zone as the IANA has it: `UTC`, `Europe/Berlin`. */
export type Zone = string;

const clocks = new Map<Zone, Intl.DateTimeFormat>();

/** `2026-01-31 15:51:34.578`, on the clocks of the zone. @throws RangeError for a zone that does not exist. */
export function wallClock(at: Date, zone: Zone): string {
  if (zone === 'UTC') return at.toISOString().slice(0, 23).replace('T', ' ');
  const clock = clocks.get(zone) ?? clockOf(zone);
  clocks.set(zone, clock);
  return clock.format(at).replace(',', '.');
}

function clockOf(timeZone: Zone): Intl.DateTimeFormat {
  const digits = '2-digit';
  // Sweden writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone, year: 'numeric', month: digits, day: digits },
    ...{ hour: digits, minute: digits, second: digits, fractionalSecondDigits: 3 },
  });
}

interface InstantProps {
  at: Date | null;
  now: Date;
  zone: Zone;
  /** To the millisecond. */
  exact?: boolean;
}

/** An instant to the second: `14:51:34`, with the date where it is not that of `now`; in UTC when pointed at. */
export function Instant({ at, now, zone, exact = false }: InstantProps) {
  if (at === null) return <span class="none">–</span>;
  const iso = at.toISOString();
  const [day = '', clock = ''] = wallClock(at, zone).split(' ');
  const time = exact ? clock : clock.slice(0, 8);
  return (
    <time datetime={iso} class="num" title={`${iso.slice(0, 10)} ${iso.slice(11, 23)} UTC`}>
      {isSameDay(at, now, zone) ? time : `${day} ${time}`}
    </time>
  );
}

export function isSameDay(one: Date, other: Date, zone: Zone): boolean {
  return dayOf(one, zone) === dayOf(other, zone);
}

/** `2026-01-31` */
export function dayOf(at: Date, zone: Zone): string {
  return wallClock(at, zone).slice(0, 10);
}

/** How long ago or how soon: `2h14m ago`, `in 40s`. */
export function Relative({ at, now }: { at: Date | null; now: Date }) {
  if (at === null) return <span class="none">–</span>;
  const iso = at.toISOString();
  return (
    <time datetime={iso} class="num" title={`${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`}>
      {ageText(at, now)}
    </time>
  );
}

/** How long something has lasted. */
export function Age({ since, now }: { since: Date; now: Date }) {
  const iso = since.toISOString();
  return (
    <time datetime={iso} class="num" title={`since ${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`}>
      {durationText(now.getTime() - since.getTime())}
    </time>
  );
}
