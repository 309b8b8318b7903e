/** A source with one thing in it changed, as a slip of the hand might. */
export interface Mutant {
  /** What was done: `drops a lock`. */
  change: string;
  /** From 1. */
  line: number;
  from: string;
  to: string;
  /** Its line with the change, by which it is known again wherever the line has gone. */
  code: string;
  /** The whole source with the change. */
  text: string;
  /** Which of those that read alike, from 1: two lines of a file may be the same. */
  nth: number;
}

/** What is done where a pattern matches; undefined: nothing. */
export interface Rule {
  change: string;
  pattern: RegExp;
  to: (match: RegExpExecArray) => string | undefined;
}

/** One mutant for each match; `masked` is as long as the text and hides what is no code. */
export function mutantsBy(rules: readonly Rule[], text: string, masked = text, begins = 0): Mutant[] {
  return rules.flatMap(({ change, pattern, to }) =>
    [...masked.matchAll(pattern)].flatMap((match) => {
      const from = text.slice(begins + match.index, begins + match.index + match[0].length);
      const changed = to(match as RegExpExecArray);
      return changed === undefined || changed === from
        ? []
        : [replaced(change, text, begins + match.index, from.length, changed)];
    }),
  );
}

export function replaced(change: string, text: string, at: number, length: number, to: string): Mutant {
  const changed = text.slice(0, at) + to + text.slice(at + length);
  const from = text.slice(at, at + length);
  const begins = at + from.length - from.trimStart().length;
  const lineEnd = changed.indexOf('\n', at + to.length);
  const code = changed.slice(changed.lastIndexOf('\n', at - 1) + 1, lineEnd < 0 ? undefined : lineEnd);
  return {
    change,
    line: text.slice(0, begins).split('\n').length,
    from,
    to,
    code: code.trim(),
    text: changed,
    nth: 1,
  };
}

/** Those that read alike, each with its number. */
export function numberAlike(mutants: readonly Mutant[]): Mutant[] {
  const seen = new Map<string, number>();
  return mutants.map((mutant) => {
    const alike = [mutant.change, mutant.from, mutant.code].join('\n');
    const nth = (seen.get(alike) ?? 0) + 1;
    seen.set(alike, nth);
    return { ...mutant, nth };
  });
}
