import { number } from './print-table.ts';

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

export function printAims(aims: readonly Aim[]): void {
  console.log('\nAims\n');
  for (const { text, reached, least, below, unit = '×' } of aims) {
    const met = (least === undefined || reached >= least) && (below === undefined || reached < below);
    const bound = least === undefined ? `< ${below}` : `≥ ${least}`;
    console.log(`${met ? '✓' : '✗'} ${text}: ${number(reached, 2)} ${unit} (aim ${bound} ${unit})`);
  }
}
