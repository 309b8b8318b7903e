import type { Links, Place } from '../view-context.ts';

/** A number that leads to the rows it counts; nothing has no rows. */
export function CountLink({ count, place, links }: { count: number; place: Place; links: Links }) {
  return count === 0 ? <span class="muted">0</span> : links.link(place, count.toLocaleString('en'));
}
