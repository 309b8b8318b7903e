import type { ViewName } from '../../reports/place.ts';
import type { Links } from '../view-page.ts';

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
