import { printable } from '../../domain/printable-text.ts';
import { eventStatusMark, type Mark as StateMark } from '../../domain/words.ts';
import type { Child } from '../jsx-runtime.ts';

/** Longer values are cut with a mark: no code or name that means something is longer. */
const LONGEST = 80;

interface DataTextProps {
  value: string | null | undefined;
  /** Characters shown. */
  most?: number;
  /** For codes and ids. */
  mono?: boolean;
}

/**
 * A value that came from outside: cut, on one line with what it hides made visible, and set apart so that right-to-left
 * text within it cannot reorder what stands around it.
 */
export function DataText({ value, most = LONGEST, mono = false }: DataTextProps) {
  if (value === null || value === undefined || value === '') return <span class="none">–</span>;
  return <bdi class={mono ? 'mono' : undefined}>{breakable(cutText(printable(value), most))}</bdi>;
}

/** No stage of ours has a longer name. */
const LONGEST_IN_ONE_PIECE = 24;

/** A long name may take a second line after one of its underscores, where there is no room for it. */
function breakable(text: string): Child {
  if (text.length <= LONGEST_IN_ONE_PIECE || /\s/.test(text)) return text;
  return text.split(/(?<=_)(?=[^_])/).map((part, place) => (place === 0 ? part : [<wbr />, part]));
}

/** Names that stages, codes and systems may have, quoted, are shorter together. */
const LONGEST_COMMAND = 800;

/** A command to be pasted into a terminal; whole, unless its names are of a length that none has. */
export function CommandText({ text }: { text: string }) {
  return (
    <bdi>
      <code>{cutText(text, LONGEST_COMMAND)}</code>
    </bdi>
  );
}

/** About `most` characters, never half of one, with what is missing named: unless that would be as long as the whole. */
export function cutText(value: string, most: number): string {
  if (value.length <= most) return value;
  const kept = [...value.slice(0, 2 * most)].slice(0, most).join('');
  const cut = `${kept}… (${value.length.toLocaleString('en')} characters)`;
  return cut.length < value.length ? cut : value;
}

const MOST = 8;

/** Metadata, a field after the other; nested values as JSON, long ones cut. */
export function Fields({ metadata }: { metadata: Readonly<Record<string, unknown>> | null }) {
  if (metadata === null) return <></>;
  const fields = Object.entries(metadata);
  return (
    <div class="fields">
      {fields.slice(0, MOST).map(([name, value]) => (
        <span>
          <DataText value={name} most={40} />{' '}
          <DataText value={typeof value === 'string' ? value : JSON.stringify(value)} most={60} mono />
        </span>
      ))}
      {fields.length > MOST ? <span>and {fields.length - MOST} more</span> : null}
    </div>
  );
}

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

/** One line of a list of facts (`dl`): what it is, and what it is here. */
export function Fact({ name, children }: { name: string; children: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
