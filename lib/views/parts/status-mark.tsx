import type { StuckReason } from '../../domain/request-state.ts';
import { eventStatusMarks, type Mark as StateMark } from '../../domain/words.ts';
import { cutText } from './data-text.tsx';

export function Mark({ tone, glyph, word }: StateMark) {
  return (
    <span class={`mark ${tone}`}>
      <span aria-hidden="true">{glyph}</span> {word}
    </span>
  );
}

/** A status this program does not know is shown as it is. */
export function markOf(status: string): StateMark {
  const known: Readonly<Record<string, StateMark>> = eventStatusMarks;
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
