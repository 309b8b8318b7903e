import { DataText } from './data-text.tsx';

/** The first stage in which two paths differ. */
function leavesAt(path: readonly string[], expected: readonly string[]): number {
  const place = path.findIndex((stage, at) => stage !== expected[at]);
  return place === -1 ? path.length : place;
}

interface PathProps {
  path: readonly string[];
  expected: readonly string[];
}

/** Where a path leaves the expected one, and to which stage. */
export function Leaving({ path, expected }: PathProps) {
  const at = leavesAt(path, expected);
  if (at === path.length && at === expected.length) return <span class="muted">is it</span>;
  const before = path[at - 1];
  const after = path[at];
  return (
    <span class="fields">
      {before === undefined ? (
        'begins elsewhere'
      ) : (
        <span>
          {after === undefined ? 'ends' : 'goes on'} after <DataText value={before} most={64} />
        </span>
      )}
      {after === undefined ? null : (
        <span>
          to <DataText value={after} most={64} />
        </span>
      )}
    </span>
  );
}

const PATH_SHOWN = 24;

/** The stages of a path in order, the one that is not expected set apart. */
export function Path({ path, expected }: PathProps) {
  const at = leavesAt(path, expected);
  return (
    <ol class="path">
      {path.slice(0, PATH_SHOWN).map((stage, place) => (
        <li class={place === at ? 'leaves' : undefined}>
          <DataText value={stage} most={64} />
        </li>
      ))}
      {path.length > PATH_SHOWN ? <li>{`${path.length - PATH_SHOWN} more`}</li> : null}
    </ol>
  );
}
