import { cautionGlyph } from '../../domain/words.ts';
import type { Child } from '../html.ts';

/** Nothing to show, and why that is so. */
export function Empty({ children }: { children: Child }) {
  return <p class="empty">{children}</p>;
}

/** What limits what is shown: it is old, or not all of it. */
export function Caution({ children }: { children: Child }) {
  return (
    <p class="caution" role="note">
      <span aria-hidden="true">{cautionGlyph}</span> <span>{children}</span>
    </p>
  );
}

interface DroppedCautionProps {
  /** Undefined: nothing of what is shown was dropped. */
  dropped: string | undefined;
}

/** That events are missing since their month was dropped. */
export function DroppedCaution({ dropped }: DroppedCautionProps) {
  return dropped === undefined ? <></> : <Caution>{inCode(dropped)}</Caution>;
}

export interface FailureProps {
  code: string;
  message: string;
  /** Commands in it stand in backticks. */
  hint: string;
}

/** What went wrong, by code, and the way on. */
export function Failure({ code, message, hint }: FailureProps) {
  return (
    <div class="failure" role="alert">
      <p class="failure-message">{message}</p>
      <p>{inCode(hint)}</p>
      <p class="muted">
        Code <code>{code}</code>
      </p>
    </div>
  );
}

/** A text with its commands, which stand in backticks, as code. */
function inCode(text: string): Child[] {
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (part.startsWith('`') ? <code>{part.slice(1, -1)}</code> : part));
}
