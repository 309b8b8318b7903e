import { readFileSync } from 'node:fs';
import type { Step, Told } from './second-year.ts';

/** What the fourth year to the sixth are told in; a request comes at 10:00 on Monday, 2 March 2026, unless another time is said. */
export const all = (names: string[], policy: object) =>
  Object.fromEntries(names.map((name) => [name, policy]));

export const came = (at = '03-02 10:00', request: object | null = null, metadata: unknown = null): Step => [
  at,
  'REQUEST_RECEIVED',
  metadata,
  request,
];
export const fast = (at = '03-02 10:00'): Step => came(at, { priority: 'EXPEDITED' });
export const event = (
  at: string,
  type: string,
  metadata: unknown = null,
  request: object | null = null,
): Step => [at, type, metadata, request];
export const says = (action: unknown, at: string, more: object = {}, request: object | null = null): Step => [
  at,
  'RESPONSE_OK',
  { outcome: 'complete', reviewAction: action, ...more },
  request,
];
export const yes = (at: string) => says('A1', at);
export const no = (at: string) => says('A3', at);
export const pend = (at: string) => says('A4', at);
export const longer = (at: string, extension: unknown): Step =>
  event(at, 'EXTENSION_STATED', null, { extension });
export const stay = (at: string, request: object | null = null) =>
  came(at, { type: 'CONTINUED_STAY', ...request });

export const AP = 'received approved approvedInTime';
export const AL = 'received approved';
export const DE = 'received denied deniedInTime reasonMissing';
export const PA = 'received partial partialInTime reasonMissing';
export const EXT = 'approvedAfterExtension extended';

const verbs: Readonly<Record<string, (at?: string) => Step>> = {
  came: (at) => came(at),
  fast: (at) => fast(at),
  yes: (at = '') => yes(at),
  no: (at = '') => no(at),
  part: (at = '') => says('A2', at),
  pend: (at = '') => pend(at),
  stay: (at = '') => stay(at),
};
const figures: Readonly<Record<string, string>> = {
  AP,
  AL,
  DE,
  PA,
  EXT,
  "AP'": AP.slice(9),
  "DE'": DE.slice(9),
};

/** A year that is written down a line a request; the file's head says how. */
export function readYear(file: string): { plans: Record<string, object>; told: Record<string, Told> } {
  const lines = readFileSync(new URL(file, import.meta.url), 'utf8').split('\n');
  const rows = lines.filter((line) => /^[^#]/.test(line)).map((line) => line.split(' | '));
  return {
    plans: Object.fromEntries(
      rows.flatMap(([name = '', policy = '']) => (policy === '–' ? [] : [[name, JSON.parse(policy)]])),
    ),
    told: Object.fromEntries(
      rows.map(([name = '', , steps = '', counts = '', hours, why = '']): [string, Told] => [
        name,
        [
          why,
          steps.split(' ; ').map(readStep),
          counts.replace(/[A-Z]{2,3}'?/g, (word) => figures[word] ?? word),
          hours === '–' ? undefined : Number(hours),
        ],
      ]),
    ),
  };
}

const stepForm = /^(\w+)(?: ((?:\d{4}-)?\d\d-\d\d \d\d:\d\d))?(?: (\{.*?\}))?(?: r(\{.*?\}))?(?: @(.+))?$/;

function readStep(text: string): Step {
  const [, word = '', when, metadata, request, heard] = stepForm.exec(text) ?? [];
  const [at, type, known = null, stated = null] = verbs[word]?.(when) ?? event(when ?? '', word);
  return [
    ...([at, type] as const),
    metadata === undefined ? known : JSON.parse(metadata),
    request === undefined ? stated : { ...stated, ...JSON.parse(request) },
    heard,
  ];
}
