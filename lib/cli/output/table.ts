import { printable } from '../../domain/printable-text.ts';
import type { Paint, Style } from './paint.ts';

export interface Cell {
  text: string;
  style?: Style;
}

export interface Column<Row> {
  title: string;
  cell: (row: Row) => Cell | string | number | null;
  align?: 'left' | 'right';
  /** May be cut to this width when the terminal is narrow; other columns never are. */
  least?: number;
}

export interface TableOptions<Row> {
  columns: readonly Column<Row>[];
  paint: Paint;
  /** Of the terminal; undefined: nothing is cut. */
  width: number | undefined;
  /** Lines below a row, printed dim and indented. */
  notes?: (row: Row) => readonly Cell[];
}

const GAP = '  ';

/** Rows under a dim heading, each column as wide as its content. */
export function tableText<Row>(rows: readonly Row[], options: TableOptions<Row>): string {
  const { columns, paint, notes } = options;
  const cells = rows.map((row) => columns.map((column) => toCell(column.cell(row))));
  const widths = fitWidths(
    columns,
    columns.map((column, index) =>
      Math.max(textWidth(column.title), ...maximum(cells.map((line) => textWidth(line[index]?.text ?? '')))),
    ),
    options.width,
  );
  const lines = [
    line(
      columns,
      columns.map(({ title }) => ({ text: title, style: 'dim' })),
      widths,
      paint,
    ),
  ];
  rows.forEach((row, index) => {
    lines.push(line(columns, cells[index] ?? [], widths, paint));
    for (const note of notes?.(row) ?? []) lines.push(noteLine(note, options, widths[0] ?? 0));
  });
  return `${lines.join('\n')}\n`;
}

function toCell(cell: Cell | string | number | null): Cell {
  if (cell === null || cell === '') return { text: '–', style: 'dim' };
  if (typeof cell === 'object') return { ...cell, text: printable(cell.text) };
  return { text: printable(String(cell)) };
}

/** Spreading a long list as arguments would overflow the stack. */
function maximum(widths: readonly number[]): number[] {
  return [widths.reduce((most, width) => Math.max(most, width), 0)];
}

/** Takes what is too much from the columns that may give, the widest first. */
function fitWidths<Row>(
  columns: readonly Column<Row>[],
  widths: number[],
  available: number | undefined,
): number[] {
  if (available === undefined) return widths;
  const fitted = [...widths];
  let excess = fitted.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - available;
  while (excess > 0) {
    let widest = -1;
    columns.forEach(({ least }, index) => {
      const room = least !== undefined && (fitted[index] ?? 0) > least;
      if (room && (widest < 0 || (fitted[index] ?? 0) > (fitted[widest] ?? 0))) widest = index;
    });
    if (widest < 0) break;
    fitted[widest] = (fitted[widest] ?? 0) - 1;
    excess -= 1;
  }
  return fitted;
}

function line<Row>(
  columns: readonly Column<Row>[],
  cells: readonly Cell[],
  widths: readonly number[],
  paint: Paint,
): string {
  return columns
    .map(({ align }, index) => {
      const width = widths[index] ?? 0;
      const { text, style = 'plain' } = cells[index] ?? { text: '' };
      const cut = cutToWidth(text, width);
      const space = ' '.repeat(Math.max(0, width - textWidth(cut)));
      return align === 'right' ? space + paint(cut, style) : paint(cut, style) + space;
    })
    .join(GAP)
    .trimEnd();
}

function noteLine<Row>(note: Cell, { paint, width }: TableOptions<Row>, indent: number): string {
  const lead = `${' '.repeat(indent)}${GAP}└ `;
  const text = printable(note.text);
  const cut = width === undefined ? text : cutToWidth(text, width - textWidth(lead));
  return paint(lead, 'dim') + paint(cut, note.style ?? 'dim');
}

/** Two columns in a terminal: East Asian wide forms and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const ONE_COLUMN_EACH = /^[\x20-\x7e\u00a0-\u02ff–…·\u2190-\u25ff\u2713\u2717└×]*$/;

/** How many columns of a terminal a printable text takes. */
export function textWidth(text: string): number {
  if (ONE_COLUMN_EACH.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Cut to the width, with an ellipsis where something is missing. */
export function cutToWidth(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of segmenter.segment(text)) {
    used += WIDE.test(segment) ? 2 : 1;
    if (used > width) break;
    kept += segment;
  }
  return width < 1 ? '' : `${kept}…`;
}
