import type { EventStatus } from './tracked-event.ts';

/** How a state looks, whatever shows it. */
export type Tone = 'ok' | 'bad' | 'busy' | 'retry' | 'warn' | 'quiet';

/** A state is told by glyph, word and colour, so that none of them is needed. */
export interface Mark {
  tone: Tone;
  glyph: string;
  word: string;
}

export const eventStatusMarks: Readonly<Record<EventStatus, Mark>> = {
  COMPLETED: { tone: 'ok', glyph: '✓', word: 'COMPLETED' },
  FAILED: { tone: 'bad', glyph: '✗', word: 'FAILED' },
  STARTED: { tone: 'busy', glyph: '◐', word: 'STARTED' },
  RETRY_SCHEDULED: { tone: 'retry', glyph: '↻', word: 'RETRY' },
  SKIPPED: { tone: 'quiet', glyph: '–', word: 'SKIPPED' },
};

/**
 * - `due`: goes out with the next run. `sending`: a run has it in hand. `paused`: due, but an operator holds it back.
 * - `waiting`: its time has not come. `exhausted`: attempts used up.
 */
export const retryStates = ['due', 'sending', 'paused', 'waiting', 'exhausted'] as const;
export type RetryState = (typeof retryStates)[number];

export const retryStateMarks: Readonly<Record<RetryState, Mark>> = {
  due: { tone: 'retry', glyph: '↻', word: 'due' },
  sending: { tone: 'busy', glyph: '→', word: 'sending' },
  paused: { tone: 'warn', glyph: '‖', word: 'paused' },
  waiting: { tone: 'quiet', glyph: '◷', word: 'waiting' },
  exhausted: { tone: 'bad', glyph: '✗', word: 'exhausted' },
};
