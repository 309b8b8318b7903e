import { readFileSync } from 'node:fs';

/** At, event type, metadata, request; and when it was heard of, where that was later. */
export type Step = [at: string, type: string, metadata: unknown, request: object | null, heardAt?: string];

/** Why it counts so; what was sent; the figures it is in (S standard, E expedited); mean hours from receipt to determination. */
export type Told = [why: string, steps: Step[], counts: string, hours?: number];

/**
 * A year of requests, a line each, between bars: its name, which is its plan's too; the plan's policy (–: the default, 72 hours, seven
 * calendar days, in UTC); what was sent, between semicolons; figures; hours; why. A year is 2026 unless another one is said, times are
 * UTC, and 2 March is a Monday.
 *
 * What is sent is an event's type, or one of `words`, its time (2 March, 10:00, where none stands), its metadata, what it states under
 * `request` behind an `r`, and when it was heard of behind an `@`.
 */
export function readYear(name: string): { plans: Record<string, object>; told: Record<string, Told> } {
  const text = readFileSync(new URL(`years/${name}.txt`, import.meta.url), 'utf8');
  const rows = text
    .split('\n')
    .filter((line) => /^[^#]/.test(line))
    .map((line) => line.split(' | '));
  return {
    plans: Object.fromEntries(
      rows.flatMap(([plan = '', policy = '']) => (policy === '–' ? [] : [[plan, JSON.parse(policy)]])),
    ),
    told: Object.fromEntries(
      rows.map(([plan = '', , steps = '', counts = '', hours, why = '']): [string, Told] => [
        plan,
        [
          why,
          steps.split(' ; ').map(readStep),
          counts.replace(/[A-Z]{2,3}'?/g, (figure) => figures[figure] ?? figure),
          hours === '–' ? undefined : Number(hours),
        ],
      ]),
    ),
  };
}

const answer = (reviewAction: string) =>
  ['RESPONSE_OK', { outcome: 'complete', reviewAction }, null] as const;
const words: Readonly<Record<string, readonly [type: string, metadata: unknown, request: object | null]>> = {
  came: ['REQUEST_RECEIVED', null, null],
  fast: ['REQUEST_RECEIVED', null, { priority: 'EXPEDITED' }],
  stay: ['REQUEST_RECEIVED', null, { type: 'CONTINUED_STAY' }],
  yes: answer('A1'),
  part: answer('A2'),
  no: answer('A3'),
  pend: answer('A4'),
};
/** Received and decided, in time but for the late approval AL; with the accent, of what was received before or is counted beside. */
const figures: Readonly<Record<string, string>> = {
  AP: 'received approved approvedInTime',
  "AP'": 'approved approvedInTime',
  AL: 'received approved',
  DE: 'received denied deniedInTime reasonMissing',
  "DE'": 'denied deniedInTime reasonMissing',
  PA: 'received partial partialInTime reasonMissing',
  EXT: 'approvedAfterExtension extended',
};

const stepForm =
  /^(\w+)(?: ((?:\d{4}-)?\d\d-\d\d \d\d:\d\d))?(?: (\{.*?\}|".*?[^\\]"))?(?: r(\{.*?\}))?(?: @(.+))?$/;

function readStep(text: string): Step {
  const [, word = text, at = '03-02 10:00', metadata, request, heardAt] = stepForm.exec(text) ?? [];
  const [type, known, stated] = words[word] ?? [word, null, null];
  return [
    at,
    type,
    metadata === undefined ? known : JSON.parse(metadata),
    request === undefined ? stated : { ...stated, ...JSON.parse(request) },
    heardAt,
  ];
}
