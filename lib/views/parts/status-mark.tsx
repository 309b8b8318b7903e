import { eventStatusMark, type Mark as StateMark } from '../../domain/words.ts';
import { cutText } from './data-text.tsx';

export function MarkText({ tone, glyph, word }: StateMark) {
  return (
    <span class={`mark ${tone}`}>
      <span aria-hidden="true">{glyph}</span> {word}
    </span>
  );
}

/** Of a status, known or not. */
export function markOf(status: string): StateMark {
  const mark = eventStatusMark(status);
  return { ...mark, word: cutText(mark.word, 32) };
}

export function StatusMark({ status }: { status: string }) {
  return <MarkText {...markOf(status)} />;
}
