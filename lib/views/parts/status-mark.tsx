import type { EventStatus } from '../../domain/tracked-event.ts';

export type Tone = 'ok' | 'bad' | 'busy' | 'retry' | 'warn' | 'quiet';

/** A state is told by glyph, word and colour, so that none of them is needed. */
export function Mark({ tone, glyph, word }: { tone: Tone; glyph: string; word: string }) {
  return (
    <span class={`mark ${tone}`}>
      <span aria-hidden="true">{glyph}</span> {word}
    </span>
  );
}

export const statusMarks: Readonly<Record<EventStatus, { tone: Tone; glyph: string; word: string }>> = {
  COMPLETED: { tone: 'ok', glyph: '✓', word: 'COMPLETED' },
  FAILED: { tone: 'bad', glyph: '✗', word: 'FAILED' },
  STARTED: { tone: 'busy', glyph: '◐', word: 'STARTED' },
  RETRY_SCHEDULED: { tone: 'retry', glyph: '↻', word: 'RETRY' },
  SKIPPED: { tone: 'quiet', glyph: '–', word: 'SKIPPED' },
};

export function StatusMark({ status }: { status: EventStatus }) {
  return <Mark {...statusMarks[status]} />;
}
