import { printable } from '../../domain/printable-text.ts';
import type { PublishedFigures, PublishedPlan } from '../../domain/published-plans.ts';
import { durationText } from '../../domain/words.ts';

export interface PublishedPage {
  title: string;
  plans: readonly PublishedPlan[];
  /** What each figure means, a sentence each. */
  definitions: readonly string[];
  /** What is missing, and what has changed since a snapshot; a sentence each. */
  notes: readonly string[];
}

const STYLE = `body{font:11pt/1.4 sans-serif;margin:2cm;color:#111}table{border-collapse:collapse;width:100%;margin:0 0 1.5em}
caption{text-align:left;font-weight:bold;padding:.5em 0}th,td{border-bottom:1px solid #999;padding:.3em .5em;text-align:right}
th:first-child{text-align:left}@media print{body{margin:0}table{break-inside:avoid}}`;

/** The figures as they may be published: counts beside shares, and what they count. HTML without scripts. */
export function publishedPage({ title, plans, definitions, notes }: PublishedPage): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><h1>${escaped(title)}</h1>
${notes.map((note) => `<p><strong>${escaped(note)}</strong></p>`).join('\n')}
${plans.map(planTable).join('\n')}
<h2>Definitions</h2><ul>${definitions.map((definition) => `<li>${escaped(definition)}</li>`).join('')}</ul></body></html>
`;
}

const ROWS: readonly [name: string, of: (figures: PublishedFigures) => string][] = [
  ['Received', ({ received }) => number(received)],
  ['Approved', (figures) => share(figures.approved, figures)],
  ['Approved in part', (figures) => share(figures.partial, figures)],
  ['Denied', (figures) => share(figures.denied, figures)],
  ['Approved after the time was extended', (figures) => share(figures.approvedAfterExtension, figures)],
  ['Appealed', ({ appealed }) => number(appealed)],
  ['Approved after appeal', ({ approvedAfterAppeal }) => number(approvedAfterAppeal)],
  ['Decided in time', (figures) => (figures.inTime === null ? 'not bound' : share(figures.inTime, figures))],
  ['Mean time to decision', ({ meanMs }) => (meanMs === null ? '–' : durationText(meanMs))],
  ['Median time to decision', ({ medianMs }) => (medianMs === null ? '–' : durationText(medianMs))],
];

function planTable({ plan, standard, expedited, leftOut }: PublishedPlan): string {
  const rows = ROWS.map(
    ([name, of]) => `<tr><th scope="row">${name}</th><td>${of(standard)}</td><td>${of(expedited)}</td></tr>`,
  );
  const { drugs, withdrawn, undecided } = leftOut;
  return `<table><caption>${escaped(plan)}</caption>
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
  const decided = approved + partial + denied;
  return decided === 0 ? number(part) : `${number(part)} (${((100 * part) / decided).toFixed(1)} %)`;
}
