import { printable } from '../../domain/printable-text.ts';
import type { Paint } from './paint.ts';
import type { Cell } from './table.ts';
import { cutText, textWidth } from './text-width.ts';

/** A name and what there is to say; null is left out. */
export type Fact = readonly [name: string, value: Cell | string | null];

/** Facts about one thing, a line each, names aligned and dim. */
export function factsText(facts: readonly Fact[], paint: Paint, width: number | undefined): string {
  const shown = facts.flatMap(([name, value]) =>
    value === null ? [] : [{ name, cell: typeof value === 'string' ? { text: value } : value }],
  );
  const nameWidth = Math.max(0, ...shown.map(({ name }) => textWidth(name)));
  return shown
    .map(({ name, cell }) => {
      const text = printable(cell.text);
      const room = width === undefined ? undefined : width - nameWidth - 4;
      return `  ${paint(name.padEnd(nameWidth), 'dim')}  ${paint(room === undefined ? text : cutText(text, room), cell.style ?? 'plain')}\n`;
    })
    .join('');
}
