import type { TimelineEvent } from '../../data-access/timeline.ts';
import { laneOf, mainLane, stageAfter, stageRank } from '../../domain/event-catalogue.ts';
import type { Lane } from '../../domain/tracked-event.ts';

/** One try of a stage, from its first to its last event; times in milliseconds by the producers' clocks. */
export interface Attempt {
  from: number;
  /** Null while nothing says how it ended. */
  to: number | null;
  status: string;
  attempt: number;
  /** Of its last event. */
  sequenceNo: number;
  eventType: string;
}

/** An event at one instant that begins and ends no attempt. */
export interface Point {
  at: number;
  status: string;
  sequenceNo: number;
}

export interface Wait {
  from: number;
  /** Null: it goes on. */
  to: number | null;
  /** hand-off: for the stage to begin; retry: for the next attempt. */
  kind: 'hand-off' | 'retry';
}

export interface StageRow {
  stage: string;
  lane: Lane;
  attempts: Attempt[];
  points: Point[];
  waits: Wait[];
  /** Nothing was heard of it yet, though it is to come. */
  ghost: boolean;
}

interface OpenRow extends StageRow {
  /** Whether the wait that has not ended is for something. */
  retryPlanned: boolean;
}

/** The stages that were heard of, each with its attempts and waits, in the order of the pipeline. */
export function stageRows(events: readonly TimelineEvent[], expected: readonly string[]): StageRow[] {
  const rows = new Map<string, OpenRow>();
  const rowOf = (stage: string): OpenRow => {
    const row = rows.get(stage) ?? {
      stage,
      lane: laneOf(stage),
      attempts: [],
      points: [],
      waits: [],
      ghost: false,
      retryPlanned: false,
    };
    rows.set(stage, row);
    return row;
  };
  let handedOverAt: number | null = null;
  for (const event of events) {
    const row = rowOf(event.stage);
    const at = timeOf(event);
    endRetryWait(row, event.status === 'RETRY_SCHEDULED' ? at : startOf(event));
    if (row.lane === 'main' && handedOverAt !== null) {
      if (startOf(event) > handedOverAt && row.attempts.length === 0) {
        row.waits.push({ from: handedOverAt, to: startOf(event), kind: 'hand-off' });
      }
      handedOverAt = null;
    }
    addToAttempts(row, event);
    if (
      event.status === 'RETRY_SCHEDULED' ||
      (event.status === 'FAILED' && event.retryExhaustedAt === null)
    ) {
      row.waits.push({ from: at, to: null, kind: 'retry' });
      row.retryPlanned = event.status === 'RETRY_SCHEDULED' || event.nextRetryAt !== null;
    }
    if (row.lane === 'main' && (event.status === 'COMPLETED' || event.status === 'SKIPPED'))
      handedOverAt = at;
  }
  for (const stage of expected) if (!rows.has(stage)) rowOf(stage).ghost = true;
  if (handedOverAt !== null && expected[0] !== undefined) {
    const awaited = rowOf(expected[0]);
    if (awaited.ghost) awaited.waits.push({ from: handedOverAt, to: null, kind: 'hand-off' });
  }
  return [...rows.values()]
    .map(({ retryPlanned, ...row }) => ({
      ...row,
      waits: row.waits.filter(({ kind, to }) => kind === 'hand-off' || to !== null || retryPlanned),
    }))
    .sort((one, other) => stageRank(one.stage) - stageRank(other.stage));
}

/** The main-lane stages still to come: the awaited one and what follows it. A callback comes only where it is awaited. */
export function expectedStages(nextStage: string | null, mainStage: string | null): string[] {
  const awaited =
    nextStage ?? (mainStage === 'API_CONNECTOR' ? 'RESPONSE_BUILDER' : stageAfter(mainStage ?? ''));
  const lane: readonly (string | null)[] = mainLane;
  const position = lane.indexOf(awaited);
  if (position === -1) return [];
  return mainLane.filter(
    (stage, place) => place === position || (place > position && stage !== 'CALLBACK_HANDLER'),
  );
}

function timeOf({ occurredAt, createdAt, disbelieved }: TimelineEvent): number {
  return (disbelieved ? createdAt : occurredAt).getTime();
}

function startOf(event: TimelineEvent): number {
  const at = timeOf(event);
  if (event.status === 'STARTED' || event.status === 'RETRY_SCHEDULED') return at;
  return event.startedAt?.getTime() ?? at - (event.durationMs ?? 0);
}

function addToAttempts({ attempts, points }: StageRow, event: TimelineEvent): void {
  const { status, attempt, sequenceNo, eventType } = event;
  const at = timeOf(event);
  if (status === 'RETRY_SCHEDULED') {
    points.push({ at, status, sequenceNo });
    return;
  }
  if (status === 'STARTED') {
    attempts.push({ from: at, to: null, status, attempt, sequenceNo, eventType });
    return;
  }
  const open = attempts.findLast((begun) => begun.to === null && begun.attempt === attempt);
  // What a result states of its duration counts, also where its start was recorded at the same instant.
  if (open !== undefined)
    Object.assign(open, {
      from: at < open.from ? open.from : Math.min(open.from, startOf(event)),
      to: Math.max(at, open.from),
      status,
      sequenceNo,
      eventType,
    });
  else attempts.push({ from: startOf(event), to: at, status, attempt, sequenceNo, eventType });
}

function endRetryWait({ waits }: StageRow, at: number): void {
  const last = waits[waits.length - 1];
  if (last !== undefined && last.to === null && last.kind === 'retry') last.to = Math.max(at, last.from);
}
