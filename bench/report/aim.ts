import { number, printTable } from './print-table.ts';

/** What a benchmark is to show, and what it showed. */
export interface Aim {
  text: string;
  reached: number;
  /** The least (`least`) or most (`below`) that will do. */
  least?: number;
  below?: number;
  /** Written behind the numbers. @default '×' */
  unit?: string;
}

/** Prints the aims; where all benchmarks run in turn, hands them to the one who makes the table at the end. */
export function printAims(aims: readonly Aim[]): void {
  const rows = aims.map((aim) => {
    const { reached, bound, met } = aimCells(aim);
    return [aim.text, reached, bound, met ? '✓' : '✗'];
  });
  printTable('Aims', ['', 'reached', 'aim', 'held'], rows);
  process.send?.(aims);
}

/** An aim as it is written in a line or a row. */
export function aimCells({ reached, least, below, unit = '×' }: Aim) {
  return {
    reached: `${number(reached, 2)} ${unit}`,
    bound: least === undefined ? `< ${below} ${unit}` : `≥ ${least} ${unit}`,
    met: (least === undefined || reached >= least) && (below === undefined || reached < below),
  };
}
