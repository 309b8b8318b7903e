import type { CliOutput } from '../run-pagw.ts';
import type { Cell } from './table.ts';

export type Style = 'plain' | 'dim' | 'bold' | 'red' | 'green' | 'yellow' | 'blue' | 'cyan';

/** Sequences to begin and end a style with. */
const CODES: Record<Exclude<Style, 'plain'>, readonly [number, number]> = {
  dim: [2, 22],
  bold: [1, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
};

/** Colours a text, or leaves it alone. Colour never says what a word or a glyph does not say too. */
export type Paint = (text: string, style: Style) => string;

export function choosePaint(
  when: 'auto' | 'always' | 'never',
  output: CliOutput,
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const automatic = output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const colour = when === 'always' || (when === 'auto' && automatic);
  return (text, style) => {
    if (!colour || style === 'plain' || text === '') return text;
    const [on, off] = CODES[style];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}

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
