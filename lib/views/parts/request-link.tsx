import type { Links } from '../view-context.ts';
import { DataText } from './data-text.tsx';

/** A request by its id, which leads to its timeline. */
export function RequestLink({ pagwId, links }: { pagwId: string; links: Links }) {
  return links.link(
    { view: 'request', parameters: { id: pagwId } },
    <DataText value={pagwId} most={64} mono />,
  );
}
