/** No id, name or code that is stored is longer; in characters. */
export const LONGEST_FILTER = 256;

/**
 * Why a text that somebody asks with can match nothing that is stored, as the end of a sentence; null when it can.
 * PostgreSQL's text holds no NUL and no half of a surrogate pair.
 */
export function textFault(text: string, most = LONGEST_FILTER): string | null {
  if (text.includes('\u0000')) return 'holds a NUL character, which no stored text does';
  if (!text.isWellFormed()) return 'holds half of a surrogate pair, which is no character';
  // A character takes at most two units: counting them is needed in between only.
  const isLonger = text.length > most * 2 || (text.length > most && [...text].length > most);
  return isLonger ? `is longer than ${most} characters` : null;
}

/** An id, a reference or a correlation id in what somebody pasted. */
export function requestNamed(pasted: string): string {
  const text = pasted.trim();
  return idInAddress(text) ?? ID.exec(text)?.[0] ?? trimMarks(text);
}

/** Ids as the pipeline makes them; one that is part of a longer name is none. */
const ID = /(?<![\w./-])PAGW-[A-Z0-9][A-Z0-9_-]*(?![\w/-]|[.:]\w)/i;
const ADDRESS = /^[("'<[]*(https?:\/\/|\/)\S+$/i;

export function isAddress(text: string): boolean {
  return ADDRESS.test(text.trim());
}

/** What an address asks for by `id` or `q`, or else its last step. */
function idInAddress(text: string): string | undefined {
  const address = isAddress(text) ? URL.parse(trimMarks(text), 'http://localhost') : null;
  if (address === null) return undefined;
  const { searchParams, pathname } = address;
  const named = searchParams.get('id') ?? searchParams.get('q') ?? pathname.split('/').findLast(Boolean);
  return named && trimMarks(decode(named));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Without quotes, brackets and stops around; those within belong to the name. */
export function trimMarks(text: string): string {
  return text.replace(/^[\s"'“”‘’`<([{,;:#]+/, '').replace(/[\s"'“”‘’`>)\]},;:.!?]+$/, '');
}

/** The known names that a misspelt one most likely means, nearest first; none where nothing is near. */
export function nearestNames(name: string, known: Iterable<string>, most = 3): string[] {
  const wanted = name.toUpperCase();
  const farthest = Math.max(2, Math.floor(wanted.length / 3));
  return [...new Set(known)]
    .map((other) => ({ other, far: distance(wanted, other.toUpperCase()) }))
    .filter(({ other, far }) => far <= farthest || isPart(wanted, other.toUpperCase()))
    .sort((left, right) => left.far - right.far || (left.other < right.other ? -1 : 1))
    .slice(0, most)
    .map(({ other }) => other);
}

/** Fewer characters are part of too much. */
const SHORTEST_PART = 3;

function isPart(one: string, other: string): boolean {
  return (
    (one.length >= SHORTEST_PART && other.includes(one)) ||
    (other.length >= SHORTEST_PART && one.includes(other))
  );
}

/** How many characters have to be put in, left out or changed (Levenshtein). */
function distance(one: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (const [row, character] of [...one].entries()) {
    const line = [row + 1];
    for (let place = 1; place <= other.length; place++) {
      const changed = (before[place - 1] ?? 0) + (character === other[place - 1] ? 0 : 1);
      line.push(Math.min(changed, (before[place] ?? 0) + 1, (line[place - 1] ?? 0) + 1));
    }
    before = line;
  }
  return before.at(-1) ?? other.length;
}
