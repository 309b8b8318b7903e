import { Command, InvalidArgumentError, Option } from 'commander';
import {
  type EndToEnd,
  type Flow,
  type FlowEdge,
  type FlowLanes,
  type FlowVariant,
  flowLanes,
  MAX_VARIANTS,
  readFlow,
  type Took,
} from '../../data-access/flow.ts';
import { refuseUnknownNames } from '../../data-access/known-names.ts';
import { countText, plural, tookText } from '../../domain/words.ts';
import type { Verb } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import { barText } from '../output/chart-text.ts';
import { printList } from '../output/print-list.ts';
import { type Column, tableText } from '../output/table.ts';
import type { Session } from '../session.ts';
import { spanOf } from './report.ts';

const DEFAULT_HOURS = 24;
const PATHS_SHOWN = 10;
const parts = ['edges', 'end-to-end', 'variants'] as const;
type Part = (typeof parts)[number];

interface FlowOptions {
  type?: string;
  priority?: string;
  lanes: FlowLanes;
  part?: Part;
}

export const reportFlow: Verb = (cli) =>
  new Command('flow')
    .description(
      'how requests move: waits between stages, paths taken, time to an answer and a decision (by default: of those last heard of in the last 24 hours)',
    )
    .option('--type <name>', 'only requests of this type, such as PAS_SUBMIT')
    .addOption(
      new Option('--priority <name>', 'only requests of this priority: standard or expedited').argParser(
        parsePriority,
      ),
    )
    .addOption(
      new Option('--lanes <which>', 'the main lane, or side and unknown stages as well')
        .choices(flowLanes)
        .default('main'),
    )
    .addOption(
      new Option('--part <name>', 'only this part; CSV and JSON lines hold one: edges').choices(parts),
    )
    .addHelpText(
      'after',
      '\nCounts are exact, medians and p95 within 3 %. A request counts where its latest event was recorded, with all of its path.' +
        '\nA wait goes from the last event of a stage to the first of the next, in the order of recording; never below zero.',
    )
    .action((options: FlowOptions, command: Command) =>
      cli.run(command, ['tenant', 'since', 'until', 'limit'], async (session) => {
        if (options.part !== undefined && session.options.output === 'json')
          throw usageError('--part is for tables, CSV and JSON lines; -o json has all parts.');
        const connection = await session.connect();
        const database = connection.database('reader');
        const span = spanOf(session, connection.now(), DEFAULT_HOURS);
        const tenant = session.options.tenant ?? null;
        const query = {
          ...{ tenant, ...span, lanes: options.lanes },
          ...{ requestType: options.type, priority: options.priority },
        };
        await refuseUnknownNames(database, { tenant, requestType: options.type });
        const flow = await readFlow(database, query, session.options.limit ?? MAX_VARIANTS);
        printFlow(session, flow, options.part);
        sayCautions(session, flow);
        return undefined;
      }),
    );

function printFlow(session: Session, flow: Flow, part: Part | undefined): void {
  const { output } = session.options;
  if (output === 'json') {
    const { edges, endToEnd, variants, stages, requestCount, variantCount, eventsNotCounted } = flow;
    session.printJson({ edges, endToEnd, variants, stages, requestCount, variantCount, eventsNotCounted });
    return;
  }
  const shown: readonly Part[] = part === undefined && output === 'table' ? parts : [part ?? 'edges'];
  if (flow.requestCount === 0 && output === 'table') {
    session.say('No request was heard of in this time. --since looks farther back.');
    return;
  }
  for (const [place, each] of shown.entries()) {
    if (shown.length > 1) session.print(`${place === 0 ? '' : '\n'}${session.paint(TITLES[each], 'bold')}\n`);
    printPart(session, flow, each, part === undefined ? PATHS_SHOWN : flow.variants.length);
  }
}

const TITLES: Readonly<Record<Part, string>> = {
  edges: 'Hand-overs',
  'end-to-end': 'From receipt',
  variants: 'Paths',
};

function printPart(session: Session, flow: Flow, part: Part, most: number): void {
  if (part === 'edges') {
    printList<FlowEdge>(session, {
      name: 'edges',
      rows: flow.edges,
      columns: EDGE_COLUMNS,
      fields: [
        ...(['from', 'to', 'count', 'medianWaitMs', 'p95WaitMs', 'maxWaitMs', 'failedShare'] as const),
        ...(['wentBackShare', 'clampedCount'] as const),
      ],
      empty: 'No request went from one stage to another.',
    });
  } else if (part === 'end-to-end') {
    printList<TookRow>(session, {
      name: 'endToEnd',
      rows: tookRows(flow.endToEnd),
      columns: TOOK_COLUMNS,
      fields: [
        ...(['requestType', 'priority', 'answered', 'answerP50Ms', 'answerP95Ms'] as const),
        ...(['decided', 'decisionP50Ms', 'decisionP95Ms'] as const),
      ],
      empty: 'No request was answered.',
    });
  } else if (session.options.output === 'table') {
    const rows = flow.variants.slice(0, most);
    const largest = rows[0]?.count ?? 0;
    session.print(
      tableText(rows, { columns: variantColumns(largest), paint: session.paint, width: session.width }),
    );
    if (rows.length < flow.variantCount)
      session.say(
        session.paintMessage(
          `${countText(rows.length)} of ${plural(flow.variantCount, 'path')}; --part variants has more`,
          'dim',
        ),
      );
  } else {
    printList<FlowVariant>(session, {
      name: 'variants',
      rows: flow.variants,
      columns: [],
      fields: ['count', 'share', 'openCount', 'path'],
      empty: '',
    });
  }
}

const percent = (share: number) => (share === 0 ? null : `${(100 * share).toFixed(1)} %`);

const EDGE_COLUMNS: readonly Column<FlowEdge>[] = [
  { title: 'FROM', cell: ({ from }) => from, least: 12 },
  { title: 'TO', cell: ({ to }) => to, least: 12 },
  { title: 'N', cell: ({ count }) => countText(count), align: 'right' },
  { title: 'MEDIAN WAIT', cell: ({ medianWaitMs }) => tookText(medianWaitMs), align: 'right' },
  { title: 'P95', cell: ({ p95WaitMs }) => tookText(p95WaitMs), align: 'right' },
  { title: 'MAX', cell: ({ maxWaitMs }) => tookText(maxWaitMs), align: 'right' },
  { title: 'FAILED', cell: ({ failedShare }) => percent(failedShare), align: 'right' },
  { title: 'BACK', cell: ({ wentBackShare }) => percent(wentBackShare), align: 'right' },
];

interface TookRow {
  requestType: string | null;
  priority: string | null;
  answered: number;
  answerP50Ms: number | null;
  answerP95Ms: number | null;
  decided: number;
  decisionP50Ms: number | null;
  decisionP95Ms: number | null;
}

/** All together first, then by type and priority. */
function tookRows({ toAnswer, toDecision, groups }: EndToEnd): TookRow[] {
  if (toAnswer.count === 0 && toDecision.count === 0) return [];
  const row = (requestType: string | null, priority: string | null, answer: Took, decision: Took) => ({
    ...{ requestType, priority },
    ...{ answered: answer.count, answerP50Ms: answer.p50Ms, answerP95Ms: answer.p95Ms },
    ...{ decided: decision.count, decisionP50Ms: decision.p50Ms, decisionP95Ms: decision.p95Ms },
  });
  return [
    row('all', 'all', toAnswer, toDecision),
    ...groups.map((group) => row(group.requestType, group.priority, group.toAnswer, group.toDecision)),
  ];
}

const took = (ms: number | null) => (ms === null ? null : tookText(ms));

const TOOK_COLUMNS: readonly Column<TookRow>[] = [
  { title: 'TYPE', cell: ({ requestType }) => requestType, least: 8 },
  { title: 'PRIORITY', cell: ({ priority }) => priority },
  { title: 'ANSWERED', cell: ({ answered }) => countText(answered), align: 'right' },
  { title: 'P50', cell: ({ answerP50Ms }) => took(answerP50Ms), align: 'right' },
  { title: 'P95', cell: ({ answerP95Ms }) => took(answerP95Ms), align: 'right' },
  { title: 'DECIDED', cell: ({ decided }) => countText(decided), align: 'right' },
  { title: 'P50', cell: ({ decisionP50Ms }) => took(decisionP50Ms), align: 'right' },
  { title: 'P95', cell: ({ decisionP95Ms }) => took(decisionP95Ms), align: 'right' },
];

function variantColumns(largest: number): Column<FlowVariant>[] {
  return [
    { title: 'REQUESTS', cell: ({ count }) => countText(count), align: 'right' },
    { title: '', cell: ({ count }) => ({ text: barText(count, largest), style: 'cyan' }) },
    { title: 'SHARE', cell: ({ share }) => percent(share), align: 'right' },
    {
      title: 'OPEN',
      cell: ({ openCount }) => (openCount === 0 ? null : countText(openCount)),
      align: 'right',
    },
    { title: 'PATH', cell: ({ path }) => path.join(' → '), least: 20 },
  ];
}

function sayCautions(session: Session, { edges, eventsNotCounted }: Flow): void {
  const clamped = edges.reduce((sum, { clampedCount }) => sum + clampedCount, 0);
  if (clamped > 0)
    session.say(
      `${plural(clamped, 'wait')} ${clamped === 1 ? 'was' : 'were'} below zero by the clocks of the services, and count as zero.`,
    );
  if (eventsNotCounted > 0)
    session.say(`About ${plural(eventsNotCounted, 'event')} recorded lately are not counted yet.`);
}

function parsePriority(text: string): string {
  const priority = text.trim().toUpperCase();
  if (priority === 'STANDARD' || priority === 'EXPEDITED') return priority;
  throw new InvalidArgumentError('Give standard or expedited.');
}
