import { stages } from '../../domain/event-stages.ts';
import type { StuckReason } from '../../domain/request-state.ts';
import type { EventStatus } from '../../domain/tracked-event.ts';
import { cutText } from './data-text.tsx';

export type Tone = 'ok' | 'bad' | 'busy' | 'retry' | 'warn' | 'quiet';

/** A state is told by glyph, word and colour, so that none of them is needed. */
export function Mark({ tone, glyph, word }: { tone: Tone; glyph: string; word: string }) {
  return (
    <span class={`mark ${tone}`}>
      <span aria-hidden="true">{glyph}</span> {word}
    </span>
  );
}

interface StatusWord {
  tone: Tone;
  glyph: string;
  word: string;
}

const marks: Readonly<Record<EventStatus, StatusWord>> = {
  COMPLETED: { tone: 'ok', glyph: '✓', word: 'COMPLETED' },
  FAILED: { tone: 'bad', glyph: '✗', word: 'FAILED' },
  STARTED: { tone: 'busy', glyph: '◐', word: 'STARTED' },
  RETRY_SCHEDULED: { tone: 'retry', glyph: '↻', word: 'RETRY' },
  SKIPPED: { tone: 'quiet', glyph: '–', word: 'SKIPPED' },
};

/** A status this program does not know is shown as it is. */
export function markOf(status: string): StatusWord {
  const known: Readonly<Record<string, StatusWord>> = marks;
  return known[status] ?? { tone: 'quiet', glyph: '·', word: cutText(status, 32) };
}

export function StatusMark({ status }: { status: string }) {
  return <Mark {...markOf(status)} />;
}

/** Why a request is stuck, as a sentence about its stage. */
const reasonTexts: Readonly<Record<StuckReason, string>> = {
  'no-result': 'began and gave no result',
  failed: 'failed, and no retry is planned',
  'retries-exhausted': 'failed as often as it may',
  'retry-overdue': 'waits for a retry that is overdue',
  'hand-off-lost': 'is done, but the next stage never began',
  'decided-not-delivered': 'is done, but the provider has no notice of the decision',
  'deadline-at-risk': 'moves, but a decision is due soon',
  'deadline-breached': 'moves, but its decision is overdue',
};

/** What happens next by itself, if nobody does anything. */
const automaticActions: Readonly<Record<StuckReason, string>> = {
  'no-result': 'None; the stage has to report',
  failed: 'None; it may not be retried',
  'retries-exhausted': 'None; retry it by hand',
  'retry-overdue': 'Retry with the next run',
  'hand-off-lost': 'None; hand it on again',
  'decided-not-delivered': 'None; give notice of the decision',
  'deadline-at-risk': 'An alarm when it is due',
  'deadline-breached': 'None; a decision is needed',
};

export function reasonText(reason: string): string {
  return lookUp(reasonTexts, reason) ?? cutText(reason, 32);
}

export function automaticAction(reason: string): string {
  return lookUp(automaticActions, reason) ?? 'None';
}

/** Whether something happens by itself. */
export function actsByItself(reason: string): boolean {
  return !automaticAction(reason).startsWith('None');
}

function lookUp(texts: Readonly<Record<string, string>>, reason: string): string | undefined {
  return Object.hasOwn(texts, reason) ? texts[reason] : undefined;
}

const ranks: ReadonlyMap<string, number> = new Map(stages.map((stage, position) => [stage, position]));

/** Where a stage stands in the pipeline; unknown ones come last. */
export function stageRank(stage: string): number {
  return ranks.get(stage) ?? stages.length;
}
