import type { LastCheck } from '../../data-access/stuck-alarm.ts';
import { durationText } from '../../domain/words.ts';
import { Caution } from './notice.tsx';
import { Relative } from './time-text.tsx';

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
        No run of the stuck detector so far; it looks every minute. Until then this list is empty.
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
