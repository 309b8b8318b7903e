import type { Place, ViewName } from '../../reports/report.ts';
import type { Links } from '../view-page.ts';
import { DataText } from './data-text.tsx';

/** A number that leads to the rows it counts; nothing has no rows. */
export function CountLink({ count, place, links }: { count: number; place: Place; links: Links }) {
  return count === 0 ? <span class="muted">0</span> : links.link(place, count.toLocaleString('en'));
}

/** A request by its id, which leads to its timeline. */
export function RequestLink({ pagwId, links }: { pagwId: string; links: Links }) {
  return links.link(
    { view: 'request', parameters: { id: pagwId } },
    <DataText value={pagwId} most={64} mono />,
  );
}

interface NextPageProps {
  /** Where it begins; null: there is none. */
  next: string | null | undefined;
  /** The list, without a page. */
  place: Place;
  links: Links;
  /** What it holds: `Older ones`. */
  children: string;
}

/** The link to a list's next page. */
export function NextPage({ next, place, links, children }: NextPageProps) {
  const { view, parameters } = place;
  return (
    <>
      {next == null ? null : (
        <p class="pager">{links.link({ view, parameters: { ...parameters, after: next } }, children)}</p>
      )}
    </>
  );
}

interface TotalProps {
  count: number;
  /** It was counted up to here; there are more. */
  more?: boolean;
  one: string;
  many?: string;
}

/** How many rows a list has in all, as the number that led here says it. */
export function Total({ count, more = false, one, many = `${one}s` }: TotalProps) {
  return (
    <>
      <strong class="total">{`${count.toLocaleString('en')}${more ? '+' : ''}`}</strong>{' '}
      {count === 1 && !more ? one : many}
    </>
  );
}

interface ChoicesProps {
  name: string;
  view: ViewName;
  /** Its parameters beside the chosen one. */
  parameters: Readonly<Record<string, string | null>>;
  parameter: string;
  chosen: string | null;
  words: readonly { value: string | null; label: string }[];
  links: Links;
}

/** A row of links of which one is current. */
export function Choices({ name, view, parameters, parameter, chosen, words, links }: ChoicesProps) {
  return (
    <nav class="choices" aria-label={name}>
      {words.map(({ value, label }) =>
        links.link({ view, parameters: { ...parameters, [parameter]: value } }, label, {
          current: value === chosen,
        }),
      )}
    </nav>
  );
}
