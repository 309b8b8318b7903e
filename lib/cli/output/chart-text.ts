const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

const BAR_COLUMNS = 12;
const EXTENT_COLUMNS = 32;

/** A bar as long as the value's share of the largest, to an eighth of a column; something above 0 is always seen. */
export function barText(value: number, largest: number): string {
  if (!(value > 0) || !(largest > 0)) return '';
  const eighths = Math.max(1, Math.round((Math.min(value, largest) / largest) * BAR_COLUMNS * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

/** One character a value, as high as its share of the largest; a dot where there is none. */
export function sparkText(values: readonly (number | null)[]): string {
  const largest = Math.max(0, ...values.map((value) => value ?? 0));
  return values
    .map((value) => {
      if (value === null) return '·';
      const level = largest > 0 ? Math.ceil((value / largest) * LEVELS.length) - 1 : 0;
      return LEVELS[Math.max(0, level)] ?? '';
    })
    .join('');
}

/** Where a piece of time lies in the whole: `····▇▇··`. A moment takes one column. */
export function extentText(from: number, to: number): string {
  const first = Math.min(EXTENT_COLUMNS - 1, Math.floor(from * EXTENT_COLUMNS));
  const length = Math.max(1, Math.min(EXTENT_COLUMNS, Math.ceil(to * EXTENT_COLUMNS)) - first);
  return '·'.repeat(first) + '▇'.repeat(length) + '·'.repeat(Math.max(0, EXTENT_COLUMNS - first - length));
}
