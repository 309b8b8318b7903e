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
