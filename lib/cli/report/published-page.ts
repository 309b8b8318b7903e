import { printable } from '../../domain/printable-text.ts';
import { type PublishedFigures, type PublishedPlan, planNames } from '../../domain/published-plans.ts';

export interface PublishedPage {
  title: string;
  plans: readonly PublishedPlan[];
  /** What each figure means, a sentence each. */
  definitions: readonly string[];
  /** What is missing, and what has changed since a snapshot: a sentence each, which may have lines to list below it. */
  notes: readonly string[];
}

const STYLE = `body{font:11pt/1.4 sans-serif;margin:2cm;color:#111}table{border-collapse:collapse;width:100%;margin:0 0 1.5em}
caption{text-align:left;font-weight:bold;padding:.5em 0}th,td{border-bottom:1px solid #999;padding:.3em .5em;text-align:right}
th:first-child{text-align:left}@media print{body{margin:0}table{break-inside:avoid}}`;

/** The figures as they may be published: counts beside shares, and what they count. HTML without scripts. */
export function publishedPage({ title, plans, definitions, notes }: PublishedPage): string {
  const nameOf = planNames(plans);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><h1>${escaped(title)}</h1>
${notes.map(noteText).join('\n')}
${plans.map((plan) => planTable(plan, nameOf(plan))).join('\n')}
<h2>Definitions</h2>${list(definitions)}</body></html>
`;
}

function noteText(note: string): string {
  const [sentence = '', ...lines] = note.split('\n');
  return `<p><strong>${escaped(sentence)}</strong></p>${lines.length === 0 ? '' : list(lines)}`;
}

function list(lines: readonly string[]): string {
  return `<ul>${lines.map((line) => `<li>${escaped(line.trim())}</li>`).join('')}</ul>`;
}

/** What times are published in, as plans do. */
const DAYS = { ms: 86_400_000, name: 'days' };
const HOURS = { ms: 3_600_000, name: 'hours' };

const ROWS: readonly [name: string, of: (figures: PublishedFigures, unit: typeof DAYS) => string][] = [
  ['Received', ({ received }) => number(received)],
  ['Approved', (figures) => share(figures.approved, figures)],
  ['Approved in part', (figures) => share(figures.partial, figures)],
  ['Denied', (figures) => share(figures.denied, figures)],
  ['Approved after the time was extended', (figures) => share(figures.approvedAfterExtension, figures)],
  ['Appealed', ({ appealed }) => number(appealed)],
  ['Appeals decided', ({ appealsDecided }) => (appealsDecided === undefined ? '–' : number(appealsDecided))],
  [
    'Approved after appeal, of those decided',
    ({ approvedAfterAppeal, appealsDecided = 0 }) => ofWhole(approvedAfterAppeal, appealsDecided),
  ],
  ['Decided in time', (figures) => (figures.inTime === null ? 'not bound' : share(figures.inTime, figures))],
  ['Mean time to decision', ({ meanMs }, unit) => time(meanMs, unit)],
  ['Median time to decision', ({ medianMs }, unit) => time(medianMs, unit)],
];

function planTable({ standard, expedited, leftOut }: PublishedPlan, name: string): string {
  const rows = ROWS.map(
    ([title, of]) =>
      `<tr><th scope="row">${title}</th><td>${of(standard, DAYS)}</td><td>${of(expedited, HOURS)}</td></tr>`,
  );
  const { drugs, withdrawn, undecided } = leftOut;
  return `<table><caption>${escaped(name)}</caption>
<thead><tr><th scope="col">Requests</th><th scope="col">Standard</th><th scope="col">Expedited</th></tr></thead>
<tbody>${rows.join('\n')}
<tr><th scope="row">Left out: drugs, withdrawn, undecided</th><td colspan="2">${number(drugs)}, ${number(withdrawn)}, ${number(undecided)}</td></tr></tbody></table>`;
}

function escaped(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function share(part: number, { approved, partial, denied }: PublishedFigures): string {
  return ofWhole(part, approved + partial + denied);
}

function ofWhole(part: number, whole: number): string {
  return whole === 0 ? number(part) : `${number(part)} (${((100 * part) / whole).toFixed(1)} %)`;
}

function time(ms: number | null, unit: typeof DAYS): string {
  return ms === null ? '–' : `${(ms / unit.ms).toFixed(1)} ${unit.name}`;
}
