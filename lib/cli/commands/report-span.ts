import type { Session } from '../session.ts';

/** What --since and --until say; without --since, so many hours until then. */
export function spanOf(
  session: Session,
  now: Date,
  defaultHours: number,
): { since: Date; until: Date | undefined } {
  const { since, until } = session.window(now);
  return { since: since ?? new Date((until ?? now).getTime() - defaultHours * 3_600_000), until };
}
