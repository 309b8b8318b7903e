import type { StagePerformance } from '../../data-access/query/slowest-stages.ts';
import type { StageLatency } from '../../data-access/query/stage-latency.ts';
import { Choices } from '../parts/choices.tsx';
import { cutText, DataText } from '../parts/data-text.tsx';
import { Empty } from '../parts/notice.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { stageRank } from '../parts/stage-rank.ts';
import { Table } from '../parts/table.tsx';
import { TenantsLeft } from '../parts/tenants-left.tsx';
import { millisecondsText } from '../parts/time-text.tsx';
import type { ViewContext } from '../view-context.ts';
import { LatencyChart } from './latency-chart.tsx';
import { type ReportTime, timeChoices } from './report-time.ts';

export interface LatencyReportData {
  time: ReportTime;
  tenants: readonly TenantLatency[];
  tenantsLeft: number;
}

export interface TenantLatency {
  tenant: string;
  /** Of the whole span where `slot` is null, else of a slice. */
  latency: readonly StageLatency[];
  slowest: readonly StagePerformance[];
}

/** How long each stage's completed work took. */
export function LatencyReport({ data, context }: { data: LatencyReportData; context: ViewContext }) {
  const { time, tenants, tenantsLeft } = data;
  const { links, tenant } = context;
  return (
    <section>
      <h1>Latency</h1>
      <p class="lead">
        Completed work by stage, from the durations that services state. Bar: p50 to p95; line: to the
        maximum. Within 3 % of exact.
      </p>
      <Choices
        name="Time"
        view="latency"
        parameters={{ tenant }}
        parameter="time"
        chosen={time}
        words={timeChoices}
        links={links}
      />
      <TenantsLeft left={tenantsLeft} />
      {tenants.length === 0 ? <Empty>No tenant has a request yet.</Empty> : null}
      {tenants.map((one) => (
        <TenantSection report={one} context={context} />
      ))}
    </section>
  );
}

function TenantSection({ report, context }: { report: TenantLatency; context: ViewContext }) {
  const { tenant, latency, slowest } = report;
  const whole = latency
    .filter(({ slot }) => slot === null)
    .sort((one, other) => stageRank(one.stage) - stageRank(other.stage));
  return (
    <>
      <h2>
        <DataText value={tenant} most={40} />
      </h2>
      {whole.length === 0 ? (
        <Empty>No completed event stated a duration in this time.</Empty>
      ) : (
        <>
          <LatencyChart
            rows={whole}
            label={`Latency of ${whole.length} stages of ${cutText(tenant, 40)}; the table below has the numbers`}
          />
          <div class="gap" />
          <LatencyTable rows={whole} all={latency} tenant={tenant} context={context} />
          <h3>Slowest events on average</h3>
          <SlowestTable rows={slowest} tenant={tenant} context={context} />
        </>
      )}
    </>
  );
}

interface LatencyTableProps {
  rows: readonly StageLatency[];
  all: readonly StageLatency[];
  tenant: string;
  context: ViewContext;
}

function LatencyTable({ rows, all, tenant, context }: LatencyTableProps) {
  const slots = [...new Set(all.flatMap(({ slot }) => (slot === null ? [] : [slot.getTime()])))].sort(
    (a, b) => a - b,
  );
  return (
    <Table
      caption={`Latency by stage, ${cutText(tenant, 40)}`}
      rows={rows}
      columns={[
        { name: 'Stage', heads: true, cell: ({ stage }) => <DataText value={stage} most={40} /> },
        {
          name: 'Completed',
          numeric: true,
          cell: ({ count }) =>
            context.links.link({ view: 'distribution', parameters: { tenant } }, count.toLocaleString('en')),
        },
        { name: 'p50', numeric: true, cell: ({ p50Ms }) => millisecondsText(p50Ms) },
        { name: 'p95', numeric: true, cell: ({ p95Ms }) => millisecondsText(p95Ms) },
        { name: 'Max', numeric: true, cell: ({ maxMs }) => millisecondsText(maxMs) },
        {
          name: 'p95 over time',
          cell: ({ stage }) => (
            <Sparkline
              values={slots.map(
                (slot) =>
                  all.find((row) => row.stage === stage && row.slot?.getTime() === slot)?.p95Ms ?? null,
              )}
              label={`p95 of ${stage.slice(0, 40)} in ${slots.length} slices of time`}
            />
          ),
        },
      ]}
    />
  );
}

interface SlowestTableProps {
  rows: readonly StagePerformance[];
  tenant: string;
  context: ViewContext;
}

function SlowestTable({ rows, tenant, context }: SlowestTableProps) {
  return (
    <Table
      caption={`Slowest events on average, ${cutText(tenant, 40)}`}
      rows={rows}
      columns={[
        {
          name: 'Event',
          heads: true,
          cell: ({ eventType }) => <DataText value={eventType} most={48} mono />,
        },
        { name: 'Stage', cell: ({ stage }) => <DataText value={stage} most={40} /> },
        {
          name: 'Completed',
          numeric: true,
          cell: ({ occurrences, eventType }) =>
            context.links.link(
              { view: 'search', parameters: { tenant, type: eventType, status: 'COMPLETED' } },
              occurrences.toLocaleString('en'),
            ),
        },
        { name: 'Average', numeric: true, cell: ({ avgMs }) => millisecondsText(avgMs) },
        { name: 'p95', numeric: true, cell: ({ p95Ms }) => millisecondsText(p95Ms) },
        { name: 'Max', numeric: true, cell: ({ maxMs }) => millisecondsText(maxMs) },
      ]}
    />
  );
}
