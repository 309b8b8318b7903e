import type { Cell } from './table.ts';

const EVENT_STATUSES: Readonly<Record<string, Cell>> = {
  COMPLETED: { text: '✓ COMPLETED', style: 'green' },
  FAILED: { text: '✗ FAILED', style: 'red' },
  STARTED: { text: '◐ STARTED', style: 'blue' },
  RETRY_SCHEDULED: { text: '↻ RETRY', style: 'yellow' },
  SKIPPED: { text: '– SKIPPED', style: 'dim' },
};

/** An event's status: glyph, word and colour. */
export function eventStatusCell(status: string | null): Cell {
  if (status === null) return { text: '–', style: 'dim' };
  return EVENT_STATUSES[status] ?? { text: status };
}

/** A request's status; what has ended badly stands out. */
export function requestStatusCell(status: string): Cell {
  switch (status) {
    case 'APPROVED':
      return { text: status, style: 'green' };
    case 'DENIED':
    case 'FAILED':
    case 'EXPIRED':
      return { text: status, style: 'red' };
    case 'CANCELLED':
      return { text: status, style: 'dim' };
    default:
      return { text: status };
  }
}
