import { tookText } from '../../domain/words.ts';
import type { ReportColumn, ReportQuestion, TabularReport, Units } from '../../reports/report.ts';
import type { Child } from '../jsx-runtime.ts';
import type { ViewContext } from '../view-page.ts';
import { DataText, Fields, MarkText, StatusMark } from './data-text.tsx';
import { CountLink, RequestLink } from './links.tsx';
import { type HtmlColumn, Table } from './table.tsx';
import { Instant, Relative } from './time-text.tsx';

interface ReportTableProps<Row extends object> {
  report: TabularReport<Row>;
  rows: readonly Row[];
  caption: string;
  question: ReportQuestion;
  context: ViewContext;
}

/** A report's rows, column by column as the report describes them. */
export function ReportTable<Row extends object>(props: ReportTableProps<Row>) {
  const { report, rows, caption, question, context } = props;
  const columns = report.columns.flatMap((column) => pageColumns(column, rows, question, context));
  const { fields } = report;
  return <Table caption={caption} rows={rows} columns={columns} links={context.links} fields={fields} />;
}

const BY_DIGITS: ReadonlySet<ReportColumn<never>['unit']> = new Set([
  ...(['number', 'count', 'share', 'partOf', 'took', 'ago', 'moment'] as const),
]);

function pageColumns<Row>(
  column: ReportColumn<Row>,
  rows: readonly Row[],
  question: ReportQuestion,
  context: ViewContext,
): HtmlColumn<Row>[] {
  const { title: name, heads = false } = column;
  switch (column.unit) {
    case 'bar': {
      const largest = rows.reduce((most, row) => Math.max(most, column.value(row, question).value), 1);
      const cell = (row: Row) => <Bar {...column.value(row, question)} largest={largest} />;
      return [{ name, wide: true, cell }];
    }
    case 'path': {
      const paths = rows.map((row) => column.value(row, question));
      const expected = (paths.find(({ ended }) => ended) ?? paths[0])?.stages ?? [];
      const stagesOf = (row: Row) => column.value(row, question).stages;
      return [
        {
          name: 'Leaves the expected path',
          cell: (row) => <Leaving path={stagesOf(row)} expected={expected} />,
        },
        { name, wide: true, cell: (row) => <Path path={stagesOf(row)} expected={expected} /> },
      ];
    }
    default: {
      const numeric = BY_DIGITS.has(column.unit);
      return [{ name, heads, numeric, cell: (row) => cellOf(column, row, question, context) }];
    }
  }
}

function cellOf<Row>(
  column: ReportColumn<Row>,
  row: Row,
  question: ReportQuestion,
  { links, now, zone }: ViewContext,
): Child {
  switch (column.unit) {
    case 'text':
      return <DataText value={column.value(row, question)} most={40} />;
    case 'code':
      return <DataText value={column.value(row, question)} most={64} mono />;
    case 'request':
      return <RequestLink pagwId={column.value(row, question)} links={links} />;
    case 'requests':
      return (
        <ul class="samples">
          {column.value(row, question).map((pagwId) => (
            <li>
              <RequestLink pagwId={pagwId} links={links} />
            </li>
          ))}
        </ul>
      );
    case 'count': {
      const count = column.value(row, question);
      if (column.leadsTo === undefined) return count.toLocaleString('en');
      const place = column.leadsTo(row, question);
      if (place === undefined) return <span class="muted">{`${count.toLocaleString('en')} of all`}</span>;
      return <CountLink count={count} place={place} links={links} />;
    }
    case 'share': {
      const share = column.value(row, question);
      return share === null ? '–' : percent(share);
    }
    case 'partOf': {
      const { part, whole } = column.value(row, question);
      return whole === 0 ? '–' : `${part.toLocaleString('en')} · ${percent(part / whole)}`;
    }
    case 'gauge':
      return <Gauge {...column.value(row, question)} />;
    case 'took': {
      const milliseconds = column.value(row, question);
      if (milliseconds === null) return '–';
      const place = column.leadsTo?.(row, question);
      return place === undefined ? tookText(milliseconds) : links.link(place, tookText(milliseconds));
    }
    case 'ago':
      return <Relative at={column.value(row, question)} now={now} />;
    case 'moment':
      return <Instant at={column.value(row, question)} now={now} zone={zone} />;
    case 'clock':
      return <Instant at={column.value(row, question)} now={now} zone={zone} exact />;
    case 'eventStatus':
      return <StatusMark status={column.value(row, question)} />;
    case 'mark':
      return <MarkText {...column.value(row, question)} />;
    case 'spark':
      return <Sparkline {...column.value(row, question)} />;
    case 'metadata':
      return <Fields metadata={column.value(row, question)} />;
    case 'number':
      return column.value(row, question) ?? '–';
    case 'bar':
    case 'path':
    case 'extent':
      return null;
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Says again what the number before it says, to the eye. */
function Bar({ value, tone, largest }: { value: number; tone: string; largest: number }) {
  const width = `${((value / largest) * 100).toFixed(2)}%`;
  return (
    <svg class={tone} width="100%" height={14} aria-hidden="true">
      <rect class="fill" x="0" y={2} width={width} height={10} rx={2} />
    </svg>
  );
}

const PICTURE_WIDTH = 120;

/** How full a rail is. */
function Gauge({ share, tone, label }: Units['gauge']) {
  return (
    <svg role="img" width={PICTURE_WIDTH} height={20} aria-label={label}>
      <title>{label}</title>
      <rect class="rail" x={0} y={7} width={PICTURE_WIDTH} height={6} rx={3} />
      <g class={tone}>
        <rect
          class="fill"
          x={0}
          y={7}
          width={(Math.min(1, Math.max(0, share)) * PICTURE_WIDTH).toFixed(1)}
          height={6}
          rx={3}
        />
      </g>
    </svg>
  );
}

const SPARK_HEIGHT = 22;

interface SparklineProps {
  /** In order; null where nothing was measured. */
  values: readonly (number | null)[];
  label: string;
}

/** A line without axes: how something went, not how much it was. */
function Sparkline({ values, label }: SparklineProps) {
  const highest = Math.max(...values.map((value) => value ?? 0), 1);
  const step = values.length > 1 ? (PICTURE_WIDTH - 4) / (values.length - 1) : 0;
  const points = values.map((value, position) =>
    value === null
      ? null
      : { x: 2 + position * step, y: SPARK_HEIGHT - 3 - (value / highest) * (SPARK_HEIGHT - 6) },
  );
  let path = '';
  points.forEach((point, position) => {
    if (point === null) return;
    const command = (points[position - 1] ?? null) === null ? 'M' : 'L';
    path += `${command}${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
  });
  const last = points.findLast((point) => point !== null);
  return (
    <svg role="img" class="spark" width={PICTURE_WIDTH} height={SPARK_HEIGHT} aria-label={label}>
      <title>{label}</title>
      <path d={path === '' ? 'M0 0' : path} />
      {last == null ? null : <circle cx={last.x.toFixed(1)} cy={last.y.toFixed(1)} r={2} />}
    </svg>
  );
}

/** The first stage in which two paths differ. */
function leavesAt(path: readonly string[], expected: readonly string[]): number {
  const place = path.findIndex((stage, at) => stage !== expected[at]);
  return place === -1 ? path.length : place;
}

interface PathProps {
  path: readonly string[];
  expected: readonly string[];
}

/** Where a path leaves the expected one, and to which stage. */
function Leaving({ path, expected }: PathProps) {
  const at = leavesAt(path, expected);
  if (at === path.length && at === expected.length) return <span class="muted">is it</span>;
  const before = path[at - 1];
  const after = path[at];
  return (
    <span class="fields">
      {before === undefined ? (
        'begins elsewhere'
      ) : (
        <span>
          {after === undefined ? 'ends' : 'goes on'} after <DataText value={before} most={64} />
        </span>
      )}
      {after === undefined ? null : (
        <span>
          to <DataText value={after} most={64} />
        </span>
      )}
    </span>
  );
}

const PATH_SHOWN = 24;

/** The stages of a path in order, the one that is not expected set apart. */
export function Path({ path, expected }: PathProps) {
  const at = leavesAt(path, expected);
  return (
    <ol class="path">
      {path.slice(0, PATH_SHOWN).map((stage, place) => (
        <li class={place === at ? 'leaves' : undefined}>
          <DataText value={stage} most={64} />
        </li>
      ))}
      {path.length > PATH_SHOWN ? <li>{`${path.length - PATH_SHOWN} more`}</li> : null}
    </ol>
  );
}
