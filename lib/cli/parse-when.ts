import { canonicalTimestamp } from '../domain/timestamp.ts';
import { usageError } from './cli-error.ts';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const DURATION = /^(?:\d+[smhdw])+$/;

/** `15m`, `7d` or `1h30m` in seconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdw])/g))
    seconds += Number(count) * (SECONDS[unit ?? ''] ?? 0);
  return seconds <= 100 * 365 * 86_400 ? seconds : undefined;
}

/** A moment: so long ago (`7d`), a day in UTC (`2026-01-31`), or ISO 8601 with a zone. */
export function parseWhen(option: string, text: string, now: Date): Date {
  const ago = parseDuration(text);
  if (ago !== undefined) return new Date(now.getTime() - ago * 1000);
  const iso = canonicalTimestamp(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (iso !== null) return new Date(iso);
  throw usageError(
    `${option} takes a duration such as 15m or 7d, a day such as 2026-01-31, or a time such as 2026-01-31T08:00:00Z.`,
  );
}
