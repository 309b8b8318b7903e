import { stateRules } from './request-state.ts';

/** The states as a Mermaid diagram: what enters each, and what it becomes when it lasts too long. */
export function stateDiagram(): string {
  const name = (state: string) => state.replaceAll('-', '_');
  const lines = stateRules.flatMap(({ state, entered, lasts, reason }) => [
    `  state "${state}" as ${name(state)}`,
    `  any_event --> ${name(state)}: ${entered}`,
    ...(reason === null ? [] : [`  ${name(state)} --> stuck_${name(reason)}: lasts longer than ${lasts}`]),
  ]);
  const reasons = new Set(stateRules.flatMap(({ reason }) => reason ?? []));
  return [
    'stateDiagram-v2',
    '  direction LR',
    '  state any_event <<choice>>',
    '  [*] --> any_event',
    ...lines,
    ...[...reasons].map((reason) => `  state "stuck - ${reason}" as stuck_${name(reason)}`),
    ...[...reasons].map(
      (reason) => `  stuck_${name(reason)} --> any_event: the next main-lane event, or its end`,
    ),
  ].join('\n');
}

/** The same as a Markdown table, in the order in which the rules are tried. */
export function stateTable(): string {
  const rows = stateRules.map(({ state, entered, lasts, reason, clock }) =>
    [state, entered, lasts ?? 'for ever', reason ?? '–', clock ? 'runs' : 'stopped'].join(' | '),
  );
  return [
    '| state | entered by | may last | then it is stuck as | decision clock |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}
