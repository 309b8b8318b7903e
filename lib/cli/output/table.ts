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
  /** May be cut to this width when the terminal is narrow; other columns never are, least of all ids. */
  least?: number;
}

export interface TableOptions<Row> {
  columns: readonly Column<Row>[];
  paint: Paint;
  /** Of the terminal; undefined: nothing is cut. Where cutting is not enough, a row takes several lines. */
  width: number | undefined;
  /** Lines below a row, printed dim and indented. */
  notes?: (row: Row) => readonly Cell[];
}

const GAP = '  ';

/** Rows under a dim heading, each column as wide as its content. A row that goes on below is indented there. */
export function tableText<Row>(rows: readonly Row[], options: TableOptions<Row>): string {
  const { columns, paint, notes } = options;
  const cells = rows.map((row) => columns.map((column) => toCell(column.cell(row))));
  const whole = columns.map((column, index) =>
    Math.max(textWidth(column.title), ...maximum(cells.map((line) => textWidth(line[index]?.text ?? '')))),
  );
  const parts = breakColumns(columns, whole, options.width);
  const draw = (row: readonly Cell[]) =>
    parts
      .map((part, place) => line(columns, row, part, place > 0, paint))
      .filter((drawn, place) => place === 0 || drawn !== '');
  const lines = draw(columns.map(({ title }) => ({ text: title, style: 'dim' })));
  rows.forEach((row, index) => {
    lines.push(...draw(cells[index] ?? []));
    for (const note of notes?.(row) ?? []) lines.push(noteLine(note, options, parts[0]?.[0]?.width ?? 0));
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

/** A column by its place, as wide as it is drawn. */
interface Fitted {
  index: number;
  width: number;
}

/** One line of columns where they fit, cut if need be; else as few lines as hold them. */
function breakColumns<Row>(
  columns: readonly Column<Row>[],
  whole: readonly number[],
  available: number | undefined,
): Fitted[][] {
  const all = whole.map((width, index) => ({ index, width }));
  if (available === undefined) return [all];
  const fitted = fitWidths(columns, whole, available);
  if (lineWidth(fitted) <= available) return [all.map(({ index }) => ({ index, width: fitted[index] ?? 0 }))];
  const room = available - GAP.length;
  const parts: Fitted[][] = [];
  for (const { index, width } of all) {
    const fit = { index, width: Math.min(width, Math.max(room, columns[index]?.least ?? width)) };
    const part = parts.at(-1);
    if (part !== undefined && lineWidth([...part, fit].map((column) => column.width)) <= room) part.push(fit);
    else parts.push([fit]);
  }
  return parts;
}

function lineWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
}

/** Takes what is too much from the columns that may give, the widest first. */
function fitWidths<Row>(
  columns: readonly Column<Row>[],
  widths: readonly number[],
  available: number,
): number[] {
  const fitted = [...widths];
  let excess = lineWidth(fitted) - available;
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
  part: readonly Fitted[],
  goesOn: boolean,
  paint: Paint,
): string {
  const text = part
    .map(({ index, width }) => {
      const { align } = columns[index] ?? {};
      const { text, style = 'plain' } = cells[index] ?? { text: '' };
      const cut = cutToWidth(text, width);
      const space = ' '.repeat(Math.max(0, width - textWidth(cut)));
      return align === 'right' ? space + paint(cut, style) : paint(cut, style) + space;
    })
    .join(GAP)
    .trimEnd();
  return goesOn && text !== '' ? GAP + text : text;
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
/** None of these is wide: among the technical signs between arrows and boxes there are clocks. */
const ONE_COLUMN_EACH = /^[\x20-\x7e\u00a0-\u02ff–…·\u2190-\u22ff\u2500-\u25fc\u2713\u2717└×]*$/;

/** How many columns of a terminal a printable text takes. */
export function textWidth(text: string): number {
  if (ONE_COLUMN_EACH.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Cut to the width, with an ellipsis where something is missing. */
function cutToWidth(text: string, width: number): string {
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

/** As many words to a line as there is room for; one that is longer stands whole on its own. Undefined: all on one. */
export function wrapWords(text: string, room: number | undefined): string[] {
  if (room === undefined) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
