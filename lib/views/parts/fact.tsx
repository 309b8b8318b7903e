import type { Child } from '../html.ts';

/** One line of a list of facts (`dl`): what it is, and what it is here. */
export function Fact({ name, children }: { name: string; children: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
