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
