import { ageText, durationText } from '../../domain/words.ts';

/** An instant in UTC, to the second: `14:51:34`, with the date where it is not that of `now`. */
export function Instant({ at, now, exact = false }: { at: Date | null; now: Date; exact?: boolean }) {
  if (at === null) return <span class="none">–</span>;
  const iso = at.toISOString();
  const time = iso.slice(11, exact ? 23 : 19);
  const isToday = isSameDay(at, now);
  return (
    <time datetime={iso} class="num" title={`${iso.slice(0, 10)} ${iso.slice(11, 23)} UTC`}>
      {isToday ? time : `${iso.slice(0, 10)} ${time}`}
    </time>
  );
}

export function isSameDay(one: Date, other: Date): boolean {
  return one.toISOString().slice(0, 10) === other.toISOString().slice(0, 10);
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
