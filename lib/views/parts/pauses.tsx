import { type RetryPause, scopeText } from '../../domain/retry-orders.ts';
import { DataText } from './data-text.tsx';
import { Caution } from './notice.tsx';
import { Relative } from './time-text.tsx';

const MOST_NAMED = 10;

/** What operators hold back, by whom, since when and why. */
export function Pauses({ pauses, now }: { pauses: readonly RetryPause[]; now: Date }) {
  if (pauses.length === 0) return <></>;
  return (
    <Caution>
      {pauses.slice(0, MOST_NAMED).map((pause, place) => (
        <>
          {place === 0 ? 'Retries of' : '; retries of'} <DataText value={scopeText(pause)} /> are{' '}
          <PausedBy pause={pause} now={now} />
        </>
      ))}
      {pauses.length > MOST_NAMED ? ` and ${pauses.length - MOST_NAMED} more` : ''}.
    </Caution>
  );
}

/** `paused by maria, 12m ago, because carelon is down` */
export function PausedBy({ pause, now }: { pause: RetryPause; now: Date }) {
  return (
    <>
      paused by <DataText value={pause.pausedBy} most={40} />, <Relative at={pause.pausedAt} now={now} />,
      because <DataText value={pause.reason} most={160} />
    </>
  );
}
