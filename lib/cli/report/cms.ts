import { Command, InvalidArgumentError, Option } from 'commander';
import { refuseUnknownNames } from '../../data-access/known-names.ts';
import {
  addFigures,
  changesSince,
  type FigureChange,
  freezeFigures,
  type PartialClass,
  type PlanFigures,
  type PublishedPlan,
  partialClasses,
  publishedFigures,
  publishedPlans,
  readSnapshot,
  type SilentDelegate,
  type Snapshot,
  silentDelegates,
} from '../../data-access/published-figures.ts';
import { lacksPolicy, parseDecisionPolicy } from '../../domain/decision-clock.ts';
import { printable } from '../../domain/printable-text.ts';
import { countText, tookText } from '../../domain/words.ts';
import type { Verb } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { operatorOf } from '../operator.ts';
import { printList } from '../output/print-list.ts';
import { type Column, tableText } from '../output/table.ts';
import { momentText } from '../output/time-text.ts';
import type { Session } from '../session.ts';
import { publishedPage } from './published-page.ts';
import { readDelegateFigures } from './read-delegate-figures.ts';

interface CmsOptions {
  year?: number;
  partialAs: PartialClass;
  freeze?: number;
  reason?: string;
  add?: string[];
  page?: boolean;
}

export const reportCms: Verb = (cli) =>
  new Command('cms')
    .description('what CMS-0057-F has a payer publish each year: by plan, standard and expedited apart')
    .addOption(
      new Option('--year <year>', 'a calendar year in UTC (by default: the last one)').argParser(parseYear),
    )
    .addOption(
      new Option('--partial-as <class>', 'how decisions in part are published')
        .choices(partialClasses)
        .default('partial'),
    )
    .addOption(
      new Option(
        '--freeze <year>',
        'keep the figures of a year as they are, under your name; later changes are shown',
      ).argParser(parseYear),
    )
    .option(
      '--add <file...>',
      'figures of delegates that the tracker hears nothing of, as -o json gives them',
    )
    .option('--page', 'a page that prints as it may be published (HTML, to stdout)')
    .addOption(new Option('--reason <text>', 'why they are frozen; kept with who and when'))
    .addHelpText('after', `\n${DEFINITIONS}`)
    .action((options: CmsOptions, command: Command) =>
      cli.run(command, ['tenant', 'since', 'until'], async (session) => {
        const connection = await session.connect();
        const database = connection.database('reader');
        const now = connection.now();
        const tenant = session.options.tenant ?? null;
        const { year, ...span } = spanOf(session, options, now);
        await refuseUnknownNames(database, { tenant });
        const rows = await publishedFigures(database, { tenant, ...span });
        if (options.freeze !== undefined) {
          const reason = options.reason?.trim();
          if (!reason) throw usageError('--freeze needs a reason.', 'Say why in a few words with --reason.');
          await session.confirm(`Freeze the figures of ${options.freeze} on ${connection.name}?`);
          const operator = await operatorOf({ reason }, session);
          const digest = await freezeFigures(
            connection.database('operator'),
            { year: options.freeze, tenant, rows },
            operator,
            now,
          );
          session.say(`Frozen by ${operator.actedBy}: the figures of ${options.freeze}, SHA-256 ${digest}.`);
        }
        const snapshot = year === undefined ? undefined : await readSnapshot(database, year, tenant);
        const added = (options.add ?? []).flatMap(readDelegateFigures);
        const silent = await silentDelegates(database, { tenant, ...span });
        const policy = parseDecisionPolicy(connection.decisionPolicy);
        const lacking = rows
          .filter((row) => lacksPolicy(policy, row.tenant, row.plan))
          .map(({ plan }) => plan);
        const byDefault = [...new Set(lacking)];
        print(session, { rows, added, silent, byDefault, snapshot, year }, options);
        return undefined;
      }),
    );

const DEFINITIONS = `Counted are requests for medical items and services; drugs, inquiries, notifications and retrospective reviews are left out.
Received: in the year. Decided: in the year, whenever received; shares are of the decided. In part: a class of its own.
In time: the provider had notice by the due time of the plan's policy. Mean and median: from receipt to determination.
Appealed: appeals received in the year; overturned, of the appeals decided in it.
Received + carried in = decided + withdrawn + dismissed + void + not required + open.`;

/** `year` where the span is a calendar year. */
function spanOf(
  session: Session,
  options: CmsOptions,
  now: Date,
): { year?: number; since: Date; until: Date | undefined } {
  const { since, until } = session.window(now);
  const stated = options.freeze ?? options.year;
  if (stated !== undefined && (since ?? until) !== undefined)
    throw usageError('--year says the time already; leave --since and --until away.');
  if (since !== undefined) return { since, until };
  const year = stated ?? now.getUTCFullYear() - 1;
  const [from, to] = [new Date(Date.UTC(year, 0, 1)), new Date(Date.UTC(year + 1, 0, 1))];
  return until === undefined ? { year, since: from, until: to } : { since: from, until };
}

interface Figures {
  rows: readonly PlanFigures[];
  /** Of delegates, from files. */
  added: readonly PublishedPlan[];
  silent: readonly SilentDelegate[];
  /** Plans that have no decision policy where others have. */
  byDefault: readonly string[];
  snapshot: Snapshot | undefined;
  year: number | undefined;
}

function print(
  session: Session,
  { rows, added, silent, byDefault, snapshot, year }: Figures,
  { partialAs, page }: CmsOptions,
): void {
  const { output } = session.options;
  const plans = addFigures(publishedPlans(rows, partialAs), added);
  // What a file adds stands for the delegates that are silent here.
  const incomplete = added.length > 0 ? [] : silent;
  const changes = snapshot === undefined ? [] : changesSince(snapshot.rows, rows);
  const frozen = snapshot && {
    at: snapshot.frozenAt,
    by: snapshot.actedBy,
    reason: snapshot.reason,
    digest: snapshot.digest,
    plans: publishedPlans(snapshot.rows, partialAs),
    changes,
  };
  const missing = incomplete.map(
    ({ delegate, requests }) =>
      `Incomplete: nothing is known of ${countText(requests)} requests that ${delegate} decides; add its figures with --add.`,
  );
  if (byDefault.length > 0)
    missing.push(
      `Judged by the default timeframes for want of a decision policy: ${byDefault.map(printable).join(', ')}.`,
    );
  if (page === true) {
    const title = `Prior authorization metrics${year === undefined ? '' : ` ${year}`}`;
    const notes = [...missing, ...(snapshot === undefined ? [] : [frozenText(snapshot, changes).trim()])];
    session.print(publishedPage({ title, plans, definitions: DEFINITIONS.split('\n'), notes }));
    return;
  }
  if (output === 'json')
    session.printJson({ plans, counts: rows.map(withReconciliation), incomplete, byDefault, frozen });
  else if (output === 'jsonl') session.printJsonLines(plans);
  else
    printList(session, {
      name: 'counts',
      rows,
      fields: FIELDS,
      columns: columns(partialAs),
      empty: 'Nothing was received, decided or open in this time.',
    });
  for (const sentence of missing) session.say(sentence);
  if (output !== 'table' || rows.length === 0) return;
  if (added.length > 0)
    session.say('The figures of files are in the JSON and on the page, not in this table.');
  session.print('\n');
  session.print(tableText(rows, { columns: RECONCILIATION, paint: session.paint, width: session.width }));
  session.say(`\n${DEFINITIONS}`);
  if (snapshot !== undefined) session.say(frozenText(snapshot, changes));
}

function frozenText({ frozenAt, actedBy, digest }: Snapshot, changes: readonly FigureChange[]): string {
  const head = `\nFrozen by ${actedBy} at ${momentText(frozenAt, 'utc')}, SHA-256 ${digest}; `;
  if (changes.length === 0) return `${head}nothing has changed since.`;
  const lines = changes.map(
    ({ plan, priority, figure, frozen, now }) =>
      `  ${plan} ${priority} ${figure}: ${frozen ?? '–'} → ${now ?? '–'}`,
  );
  return `${head}changed since:\n${lines.join('\n')}`;
}

/** Says in JSON that the two sides are equal, or by how much they are not. */
function withReconciliation(row: PlanFigures): PlanFigures & { unexplained: number } {
  const { received, carriedIn, decided, withdrawn, dismissed, notRequired, open } = row;
  return {
    ...row,
    unexplained: received + carriedIn - (decided + withdrawn + dismissed + row.void + notRequired + open),
  };
}

const FIELDS: readonly (keyof PlanFigures)[] = [
  ...([
    'tenant',
    'plan',
    'priority',
    'received',
    'carriedIn',
    'decided',
    'approved',
    'partial',
    'denied',
  ] as const),
  ...([
    'withdrawn',
    'dismissed',
    'void',
    'notRequired',
    'open',
    'bound',
    'inTime',
    'approvedInTime',
  ] as const),
  ...([
    'partialInTime',
    'deniedInTime',
    'approvedAfterExtension',
    'extended',
    'reasonGiven',
    'reasonMissing',
  ] as const),
  ...([
    'appealed',
    'appealsDecided',
    'upheld',
    'overturned',
    'overturnedInPart',
    'appealsWithdrawn',
  ] as const),
  ...([
    'appealMeanMs',
    'meanMs',
    'medianMs',
    'drugs',
    'inquiries',
    'notifications',
    'retrospective',
  ] as const),
];

function columns(partialAs: PartialClass): Column<PlanFigures>[] {
  const inPart = (as: PartialClass, { partial }: PlanFigures) => (partialAs === as ? partial : 0);
  const share = (title: string, part: (row: PlanFigures) => number): Column<PlanFigures> => ({
    title,
    cell: (row) => shareText(part(row), row.decided),
    align: 'right',
  });
  return [
    { title: 'PLAN', cell: ({ plan }) => plan },
    { title: 'PRIORITY', cell: ({ priority }) => priority },
    count('RECEIVED', ({ received }) => received),
    count('DECIDED', ({ decided }) => decided),
    share('APPROVED', (row) => row.approved + inPart('approved', row)),
    ...(partialAs === 'partial' ? [share('IN PART', ({ partial }) => partial)] : []),
    share('DENIED', (row) => row.denied + inPart('denied', row)),
    share('EXTENDED', ({ approvedAfterExtension }) => approvedAfterExtension),
    {
      title: 'OVERTURNED',
      cell: ({ overturned, appealsDecided }) => shareText(overturned, appealsDecided),
      align: 'right',
    },
    { title: 'IN TIME', cell: ({ inTime, bound }) => shareText(inTime, bound), align: 'right' },
    { title: 'MEAN', cell: ({ meanMs }) => meanMs && tookText(meanMs), align: 'right' },
    { title: 'MEDIAN', cell: ({ medianMs }) => medianMs && tookText(medianMs), align: 'right' },
  ];
}

const RECONCILIATION: readonly Column<PlanFigures>[] = [
  { title: 'PLAN', cell: ({ plan }) => plan },
  { title: 'PRIORITY', cell: ({ priority }) => priority },
  count('RECEIVED', ({ received }) => received),
  count('+ CARRIED IN', ({ carriedIn }) => carriedIn),
  count('= DECIDED', ({ decided }) => decided),
  count('+ WITHDRAWN', ({ withdrawn }) => withdrawn),
  count('+ DISMISSED', ({ dismissed }) => dismissed),
  count('+ VOID', (row) => row.void),
  count('+ NOT REQUIRED', ({ notRequired }) => notRequired),
  count('+ OPEN', ({ open }) => open),
];

function count(title: string, of: (row: PlanFigures) => number): Column<PlanFigures> {
  return { title, cell: (row) => countText(of(row)), align: 'right' };
}

/** The count beside its share: `12 · 48.0 %`. */
function shareText(part: number, whole: number): string | null {
  return whole === 0 ? null : `${countText(part)} · ${((100 * part) / whole).toFixed(1)} %`;
}

function parseYear(text: string): number {
  if (/^\d{4}$/.test(text) && text >= '1970' && text < '9999') return Number(text);
  throw new InvalidArgumentError('Give a year such as 2026, from 1970 to 9998.');
}
