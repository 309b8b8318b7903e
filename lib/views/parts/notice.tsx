import type { LastCheck } from '../../data-access/stuck-alarm.ts';
import { type RetryPause, scopeText } from '../../domain/retry-orders.ts';
import { cautionGlyph, durationText } from '../../domain/words.ts';
import type { Child } from '../jsx-runtime.ts';
import { DataText } from './data-text.tsx';
import { Relative } from './time-text.tsx';

/** Nothing to show, and why that is so. */
export function Empty({ children }: { children: Child }) {
  return <p class="empty">{children}</p>;
}

/** What limits what is shown: it is old, or not all of it. */
export function Caution({ children }: { children: Child }) {
  return (
    <p class="caution" role="note">
      <span aria-hidden="true">{cautionGlyph}</span> <span>{children}</span>
    </p>
  );
}

interface DroppedCautionProps {
  /** Undefined: nothing of what is shown was dropped. */
  dropped: string | undefined;
}

/** That events are missing since their month was dropped. */
export function DroppedCaution({ dropped }: DroppedCautionProps) {
  return dropped === undefined ? <></> : <Caution>{inCode(dropped)}</Caution>;
}

export interface FailureProps {
  code: string;
  message: string;
  /** Commands in it stand in backticks. */
  hint: string;
}

/** What went wrong, by code, and the way on. */
export function Failure({ code, message, hint }: FailureProps) {
  return (
    <div class="failure" role="alert">
      <p class="failure-message">{message}</p>
      <p>{inCode(hint)}</p>
      <p class="muted">
        Code <code>{code}</code>
      </p>
    </div>
  );
}

/** A text with its commands, which stand in backticks, as code. */
function inCode(text: string): Child[] {
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (part.startsWith('`') ? <code>{part.slice(1, -1)}</code> : part));
}

/** The detector runs every minute: after this long without a run its findings are old. */
const STALE_AFTER_MS = 5 * 60_000;

interface CheckProps {
  check: LastCheck | undefined;
  now: Date;
}

/** When what is shown was found out, in a few words. */
export function CheckedAt({ check, now }: CheckProps) {
  if (check?.checkedAt == null) return <>not checked yet</>;
  return (
    <>
      checked <Relative at={check.checkedAt} now={now} />
    </>
  );
}

/** A word of caution where the findings are old or missing; nothing where they are fresh. */
export function CheckCaution({ check, now }: CheckProps) {
  if (check === undefined) {
    return (
      <Caution>
        No run of the stuck detector so far; it checks every minute. Until then this list is empty.
      </Caution>
    );
  }
  if (check.heldBackSince !== null) {
    return (
      <Caution>
        Ingest is {durationText(check.lagSeconds * 1_000)} behind, so the detector holds back since{' '}
        <Relative at={check.heldBackSince} now={now} />: what looks stuck may only be waiting to be recorded.
      </Caution>
    );
  }
  if (check.checkedAt !== null && now.getTime() - check.checkedAt.getTime() > STALE_AFTER_MS) {
    return (
      <Caution>
        This is old: the detector last ran <Relative at={check.checkedAt} now={now} />, and should every
        minute. See “stuck-alarm-heartbeat” in the runbook.
      </Caution>
    );
  }
  return <></>;
}

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
