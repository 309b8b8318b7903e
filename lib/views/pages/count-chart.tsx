import type { EventTypeCount } from '../../data-access/query/event-distribution.ts';
import { cutText, DataText } from '../parts/data-text.tsx';
import { markOf } from '../parts/status-mark.tsx';

const ROW = 24;

/** A bar for each event type and status, as long as there are many. */
export function CountChart({
  rows,
  more,
  tenant,
}: {
  rows: readonly EventTypeCount[];
  more: number;
  tenant: string;
}) {
  const highest = Math.max(...rows.map(({ eventCount }) => eventCount), 1);
  const label = `Events by type and status of ${cutText(tenant, 40)}; the table below has the numbers`;
  return (
    <div class="gantt counts">
      <div class="gantt-stages" aria-hidden="true">
        {rows.map(({ eventType }) => (
          <div>
            <DataText value={eventType} most={24} mono />
          </div>
        ))}
      </div>
      <svg role="img" width="100%" height={rows.length * ROW} aria-label={label}>
        <title>{label}</title>
        {rows.map(({ eventType, status, eventCount }, position) => {
          const { tone, glyph, word } = markOf(status);
          const share = `${((eventCount / highest) * 86).toFixed(2)}%`;
          const middle = position * ROW + ROW / 2;
          return (
            <g class={tone}>
              <title>{`${eventType.slice(0, 48)}, ${word}: ${eventCount}`}</title>
              <rect class="count-bar" x="0" y={middle - 6} width={share} height={12} rx={2} />
              <text class="count-text" x={share} dx={8} y={middle + 4}>
                {`${eventCount.toLocaleString('en')} ${glyph}`}
              </text>
            </g>
          );
        })}
      </svg>
      {more > 0 ? <p class="detail">and {more} more below</p> : null}
    </div>
  );
}
