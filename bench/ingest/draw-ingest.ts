import { number } from '../report/print-table.ts';
import { median } from '../report/statistics.ts';
import { LABELS } from './labels.ts';
import type { Results, Series } from './rounds.ts';

const SIZES = ['10', '100'] as const;
const COLOURS = {
  ours: { 10: '#93c5fd', 100: '#2563eb' },
  others: { 10: '#d1d5db', 100: '#6b7280' },
} as const;

interface Panel {
  title: string;
  of(series: Series): readonly number[];
  /** What is larger is drawn to the edge, with its number. */
  most?: number;
}

const panels: readonly Panel[] = [
  { title: 'CPU of the server, µs an event (less is better)', of: ({ cpuMicros }) => cpuMicros, most: 400 },
  { title: 'events a second (more is better)', of: ({ eventsPerSecond }) => eventsPerSecond },
];

const [WIDTH, LABEL, BAR, ROW, TOP, HEAD] = [900, 400, 9, 28, 40, 34];
const LENGTH = WIDTH - LABEL - 90;

/** Every contestant at batches of 10 and of 100: two panels of bars, one beneath the other. */
export function drawIngest(results: Results): string {
  const names = Object.keys(LABELS) as (keyof typeof LABELS)[];
  const panelHeight = HEAD + names.length * ROW;
  const height = TOP + panels.length * panelHeight;
  const drawn = panels.map(({ title, of, most }, place) => {
    const middle = (name: string, size: string) => {
      const series = results.get(size)?.get(name);
      return series === undefined ? undefined : median(of(series));
    };
    const longest =
      most ?? Math.max(...names.flatMap((name) => SIZES.map((size) => middle(name, size) ?? 0)));
    const top = TOP + place * panelHeight;
    const rows = names.map((name, row) => {
      const y = top + HEAD + row * ROW;
      const colours = name.startsWith('record-events') ? COLOURS.ours : COLOURS.others;
      const bars = SIZES.map((size, bar) => {
        const value = middle(name, size);
        if (value === undefined) return '';
        const length = (LENGTH * Math.min(value, longest)) / longest;
        const at = y + bar * (BAR + 2);
        return (
          `<rect x="${LABEL}" y="${at}" width="${length.toFixed(1)}" height="${BAR}" fill="${colours[size]}"/>` +
          `<text x="${(LABEL + length + 5).toFixed(1)}" y="${at + BAR - 0.5}" font-size="10">${number(value)}${value > longest ? ' »' : ''}</text>`
        );
      });
      const label = LABELS[name].replaceAll('&', '&amp;').replaceAll('<', '&lt;');
      return `<text x="${LABEL - 8}" y="${y + BAR + 4}" text-anchor="end">${label}</text>${bars.join('')}`;
    });
    return `<text x="${LABEL}" y="${top + 20}" font-weight="600">${title}</text>${rows.join('\n')}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="11" fill="#111827">`,
    '<title>Recording events in batches of 10 and of 100, beside what else could record them</title>',
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...(['10', '100'] as const).map(
      (size, place) =>
        `<rect x="${LABEL + place * 110}" y="14" width="9" height="9" fill="${COLOURS.ours[size]}"/>` +
        `<text x="${LABEL + place * 110 + 14}" y="22">batches of ${size}</text>`,
    ),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}
