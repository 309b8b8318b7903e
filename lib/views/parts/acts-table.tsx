import type { RecordedAct } from '../../data-access/operate.ts';
import type { Links } from '../view-page.ts';
import { DataText } from './data-text.tsx';
import { Table } from './table.tsx';
import { Relative } from './time-text.tsx';

export interface ActsTableProps {
  caption: string;
  acts: readonly RecordedAct[];
  now: Date;
  links: Links;
  /** Left out where it is the page's own subject. */
  aims?: boolean;
}

/** What was done by hand: who, what, when, why, how much. */
export function ActsTable({ caption, acts, now, links, aims = true }: ActsTableProps) {
  return (
    <Table
      caption={caption}
      rows={acts}
      links={links}
      columns={[
        { name: 'When', cell: ({ actedAt }) => <Relative at={actedAt} now={now} /> },
        { name: 'Who', heads: true, cell: ({ actedBy }) => <DataText value={actedBy} most={64} /> },
        { name: 'What', cell: ({ action }) => <DataText value={action} most={40} mono /> },
        ...(aims
          ? [
              {
                name: 'On',
                cell: ({ filter }: RecordedAct) => <DataText value={aimText(filter)} most={160} />,
              },
            ]
          : []),
        { name: 'Touched', numeric: true, cell: ({ affected }) => affected.toLocaleString('en') },
        { name: 'Outcome', cell: ({ outcome }) => <DataText value={outcome} most={120} /> },
        { name: 'Why', cell: ({ reason }) => <DataText value={reason} most={200} /> },
      ]}
    />
  );
}

function aimText(filter: Record<string, unknown>): string {
  return Object.entries(filter)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}
