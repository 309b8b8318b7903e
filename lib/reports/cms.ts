import type { Database } from '../data-access/database.ts';
import {
  type FiguresSpan,
  publishedFigures,
  readSnapshot,
  type Snapshot,
  silentDelegates,
} from '../data-access/published-figures.ts';
import {
  type DecisionPolicy,
  lacksPolicy,
  localYears,
  parseDecisionPolicy,
} from '../domain/decision-clock.ts';
import { printable } from '../domain/printable-text.ts';
import {
  addFigures,
  changesSince,
  type FigureChange,
  type PartialClass,
  type PlanFigures,
  type PublishedPlan,
  partialClasses,
  planNames,
  publishedPlans,
} from '../domain/published-plans.ts';
import { isSignedBy, signingKeyName } from '../domain/signed-figures.ts';
import { plural, tookText } from '../domain/words.ts';
import {
  defineReport,
  fillTable,
  type ReportAnswer,
  type ReportColumn,
  type ReportQuestion,
  type TabularReport,
} from './report.ts';

/** What each figure means, a line each. */
export const CMS_DEFINITIONS = `Counted are requests for medical items and services; drugs, inquiries, notifications and retrospective reviews are left out.
Received: in the year, by the days of the plan's zone. Decided: in the year, whenever received; shares are of the decided. In part: a class of its own.
In time: the provider had notice by the due time of the plan's policy. Mean and median: from receipt to determination.
Appealed: appeals received in the year; overturned, of the appeals decided in it.
Received + carried in = decided + withdrawn + dismissed + void + not required + open.`;

/** What a payer publishes each year of its decisions (CMS-0057-F). */
export const cms = defineReport<PlanFigures>({
  name: 'cms',
  summary: 'what CMS-0057-F has a payer publish each year: by plan, standard and expedited apart',
  help: `\n${CMS_DEFINITIONS}`,
  rowsAre: 'counts',
  ofYear: true,
  filters: [
    {
      ...{ name: 'partial-as', form: 'class', says: 'how decisions in part are published' },
      ...{ words: partialClasses, standard: 'partial' },
    },
  ],
  read: (database, question) =>
    readCms(database, question, { policy: parseDecisionPolicy(undefined), added: [] }),
  columns: figureColumns('partial'),
  fields: [
    ...(['tenant', 'plan', 'priority', 'received', 'carriedIn', 'decided', 'approved'] as const),
    ...(['partial', 'denied', 'withdrawn', 'dismissed', 'void', 'notRequired', 'open'] as const),
    ...(['bound', 'inTime', 'approvedInTime', 'partialInTime', 'deniedInTime'] as const),
    ...(['approvedAfterExtension', 'extended', 'reasonGiven', 'reasonMissing', 'appealed'] as const),
    ...(['appealsDecided', 'upheld', 'overturned', 'overturnedInPart', 'appealsWithdrawn'] as const),
    ...(['appealMeanMs', 'meanMs', 'medianMs', 'drugs', 'inquiries', 'notifications'] as const),
    'retrospective',
  ],
  empty: 'Nothing was received, decided or open in this time.',
  reads: '`decision_episode`',
});

export interface CmsSource {
  /** By which plans' decisions were judged. */
  policy: DecisionPolicy;
  /** Figures of delegates, from files. */
  added: readonly DelegateFigures[];
}

export interface DelegateFigures {
  /** Absent: the only one that is silent here. */
  delegate?: string | undefined;
  plans: readonly PublishedPlan[];
}

export interface CmsAnswer extends ReportAnswer<PlanFigures> {
  plans: readonly PublishedPlan[];
  cautions: readonly string[];
  /** Who froze the year's figures, and what has changed since; undefined where nobody did. */
  frozen: string | undefined;
}

/** A year is that of each plan's zone. */
export function inLocalYears(question: ReportQuestion, policy: DecisionPolicy): FiguresSpan {
  const { tenant, since, until, year } = question;
  return { tenant, since, until, years: year === undefined ? undefined : localYears(policy, year) };
}

/** Where every plan is; of a span of one's own nobody expects it. */
export function isYearOver({ years }: FiguresSpan, now: Date): boolean {
  const { until, tenants, plans } = years ?? { until: now, tenants: [], plans: [] };
  return [until, ...[...tenants, ...plans].map((one) => one.until)].every((end) => end <= now);
}

export async function readCms(
  database: Database,
  question: ReportQuestion,
  { policy, added }: CmsSource,
): Promise<CmsAnswer> {
  const { tenant, year } = question;
  const partialAs = (question.filters['partial-as'] ?? 'partial') as PartialClass;
  const span = inLocalYears(question, policy);
  const rows = await publishedFigures(database, span);
  const snapshot = year === undefined ? undefined : await readSnapshot(database, year, tenant);
  const changes = snapshot === undefined ? [] : changesSince(snapshot.rows, rows);
  const silent = await silentDelegates(database, question);
  const named = new Set(added.flatMap(({ delegate }) => delegate?.toLowerCase() ?? []));
  const missing = silent.rows.filter(({ delegate }) => !named.has(delegate.toLowerCase()));
  // A file that names nobody is that of the only one of whom nothing is known.
  const isOnly =
    missing.length === 1 && silent.left === 0 && added.some(({ delegate }) => delegate === undefined);
  const incomplete = isOnly ? [] : missing;
  const counted = [...named, ...(isOnly ? missing.map(({ delegate }) => delegate) : [])];
  const own = counted.length === 0 ? rows : await publishedFigures(database, span, counted);
  const nameOf = planNames(rows);
  const lacking = rows.filter((row) => lacksPolicy(policy, row.tenant, row.plan));
  const byDefault = [...new Set(lacking.map(({ plan }) => plan))];
  const plans = addFigures(
    publishedPlans(own, partialAs),
    added.flatMap(({ delegate, plans: reported }) => reported.map((plan) => ({ ...plan, delegate }))),
  );
  const frozen = snapshot && frozenText(snapshot, changes);
  return {
    ...{ rows, plans, frozen, lines: plans },
    table: { ...cms, columns: figureColumns(partialAs, nameOf) },
    others: rows.length === 0 ? [] : [fillTable(reconciliation(nameOf), rows)],
    cautions: [
      ...(isYearOver(span, question.now) ? [] : [`${year} is not over: its figures will change.`]),
      ...incomplete.map(
        ({ delegate, requests }) =>
          `Incomplete: nothing is known of ${plural(requests, 'request')} that ${delegate} decides; add its figures with --add.`,
      ),
      ...(silent.left === 0
        ? []
        : [
            `Incomplete: nothing is known of what ${plural(silent.left, 'more delegate')} ${silent.left === 1 ? 'decides' : 'decide'}.`,
          ]),
      ...(byDefault.length === 0
        ? []
        : [
            `Judged by the default timeframes for want of a decision policy: ${[...new Set(lacking.map(nameOf))].map(printable).join(', ')}.`,
          ]),
    ],
    notes: [
      ...(added.length === 0
        ? []
        : [
            'The figures of files are in the JSON (plans) and on the page, not in this table. They stand for all of what their delegates have, what is known of that here included.',
          ]),
      `\n${CMS_DEFINITIONS}`,
      ...(frozen === undefined ? [] : [`\n${frozen}`]),
    ],
    json: {
      ...(year === undefined ? {} : { year }),
      ...{ plans, counts: rows.map(withReconciliation), incomplete, incompleteLeft: silent.left, byDefault },
      frozen: snapshot && {
        ...{ year: snapshot.year, tenant: snapshot.tenant, at: snapshot.frozenAt, by: snapshot.actedBy },
        ...{ reason: snapshot.reason, figures: snapshot.figures, digest: snapshot.digest },
        ...{ publicKey: snapshot.publicKey, signature: snapshot.signature },
        ...{ plans: publishedPlans(snapshot.rows, partialAs), changes },
      },
    },
  };
}

function frozenText(snapshot: Snapshot, changes: readonly FigureChange[]): string {
  const { frozenAt, actedBy, digest, publicKey } = snapshot;
  const at = `${frozenAt.toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const head = `Frozen by ${actedBy} at ${at}, SHA-256 ${digest}, ${isSignedBy(snapshot, snapshot) ? `signed by key ${signingKeyName(publicKey)}` : 'which its signature does not vouch for'}; `;
  if (changes.length === 0) return `${head}nothing has changed since.`;
  const nameOf = planNames([...snapshot.rows, ...changes]);
  const lines = changes.map(
    ({ priority, figure, frozen, now, ...plan }) =>
      `  ${nameOf(plan)} ${priority} ${figure}: ${figureText(figure, frozen)} → ${figureText(figure, now)}`,
  );
  return `${head}changed since:\n${lines.join('\n')}`;
}

function figureText(figure: string, value: number | null): string {
  if (value === null) return '–';
  return figure.endsWith('Ms') ? tookText(value) : String(value);
}

/** Says in JSON that the two sides are equal, or by how much they are not. */
function withReconciliation(row: PlanFigures): PlanFigures & { unexplained: number } {
  const { received, carriedIn, decided, withdrawn, dismissed, notRequired, open } = row;
  const unexplained =
    received + carriedIn - (decided + withdrawn + dismissed + row.void + notRequired + open);
  return { ...row, unexplained };
}

function figureColumns(
  partialAs: PartialClass,
  nameOf: (row: PlanFigures) => string = ({ plan }) => plan,
): readonly ReportColumn<PlanFigures>[] {
  const inPart = (as: PartialClass, { partial }: PlanFigures) => (partialAs === as ? partial : 0);
  const share = (title: string, part: (row: PlanFigures) => number): ReportColumn<PlanFigures> => ({
    title,
    unit: 'partOf',
    value: (row) => ({ part: part(row), whole: row.decided }),
  });
  return [
    { title: 'Plan', unit: 'text', value: nameOf, heads: true },
    { title: 'Priority', unit: 'text', value: ({ priority }) => priority },
    { title: 'Received', unit: 'count', value: ({ received }) => received },
    { title: 'Decided', unit: 'count', value: ({ decided }) => decided },
    share('Approved', (row) => row.approved + inPart('approved', row)),
    ...(partialAs === 'partial' ? [share('In part', ({ partial }) => partial)] : []),
    share('Denied', (row) => row.denied + inPart('denied', row)),
    share('Extended', ({ approvedAfterExtension }) => approvedAfterExtension),
    {
      title: 'Overturned',
      unit: 'partOf',
      value: ({ overturned, appealsDecided }) => ({ part: overturned, whole: appealsDecided }),
    },
    { title: 'In time', unit: 'partOf', value: ({ inTime, bound }) => ({ part: inTime, whole: bound }) },
    { title: 'Mean', unit: 'took', value: ({ meanMs }) => meanMs },
    { title: 'Median', unit: 'took', value: ({ medianMs }) => medianMs },
  ];
}

/** Where each request of the year is counted: both sides are equal. */
const reconciliation = (nameOf: (row: PlanFigures) => string): TabularReport<PlanFigures> => ({
  rowsAre: 'reconciliation',
  columns: [
    { title: 'Plan', unit: 'text', value: nameOf, heads: true },
    { title: 'Priority', unit: 'text', value: ({ priority }) => priority },
    { title: 'Received', unit: 'count', value: ({ received }) => received },
    { title: '+ carried in', unit: 'count', value: ({ carriedIn }) => carriedIn },
    { title: '= decided', unit: 'count', value: ({ decided }) => decided },
    { title: '+ withdrawn', unit: 'count', value: ({ withdrawn }) => withdrawn },
    { title: '+ dismissed', unit: 'count', value: ({ dismissed }) => dismissed },
    { title: '+ void', unit: 'count', value: (row) => row.void },
    { title: '+ not required', unit: 'count', value: ({ notRequired }) => notRequired },
    { title: '+ open', unit: 'count', value: ({ open }) => open },
  ],
  fields: [
    ...(['tenant', 'plan', 'priority', 'received', 'carriedIn', 'decided', 'withdrawn'] as const),
    ...(['dismissed', 'void', 'notRequired', 'open'] as const),
  ],
  empty: 'Nothing was received, decided or open in this time.',
});
