import type { RequestStatus } from './tracked-event.ts';

/**
 * What an answer says of its request.
 * - `approved`, `partial`, `denied`: a determination; partial is one in the member's favour, with fewer or other lines.
 * - `pended`: the provider is told to wait.
 * - `withdrawn`: the request was cancelled; `not-required`: the service needs no authorization. Neither is a determination.
 * - `unclear`: something was stated that decides nothing, be it known (FHIR's `complete`, X12's contact payer) or not.
 */
export type Answer = 'approved' | 'partial' | 'denied' | 'pended' | 'withdrawn' | 'not-required' | 'unclear';

/** What a request's status becomes by an answer; an unclear one leaves it as it is. */
export const answerStatuses: Readonly<Record<Answer, RequestStatus | null>> = {
  approved: 'APPROVED',
  partial: 'APPROVED',
  denied: 'DENIED',
  pended: 'PENDING',
  withdrawn: 'CANCELLED',
  'not-required': 'CANCELLED',
  unclear: null,
};

/**
 * X12 278 HCR01 action codes, which are FHIR PAS's reviewAction codes too (X12's own list is licensed: taken from the PAS
 * guide's examples). A6 is a certification that changes what was asked for. CT, contact payer, decides nothing.
 */
const actionCodes: ReadonlyMap<string, Answer> = new Map([
  ['A1', 'approved'],
  ['A2', 'partial'],
  ['A3', 'denied'],
  ['A4', 'pended'],
  ['A6', 'partial'],
  ['C', 'withdrawn'],
  ['CT', 'unclear'],
  ['NA', 'not-required'],
]);

/** Words of the running system's dispositions and their neighbours, without case, blanks and punctuation. */
const words: ReadonlyMap<string, Answer> = new Map([
  ...named('approved', 'APPROVED', 'APPROVE', 'CERTIFIED', 'CERTIFIED IN TOTAL', 'AUTHORIZED', 'AUTHORISED'),
  ...named(
    'partial',
    'PARTIALLY CERTIFIED',
    'PARTIALLY APPROVED',
    'PARTIAL APPROVAL',
    'CERTIFIED PARTIAL',
    'CERTIFIED IN PART',
    'APPROVED IN PART',
    'MODIFIED',
    'APPROVED AS MODIFIED',
  ),
  ...named(
    'denied',
    'DENIED',
    'DENY',
    'NOT CERTIFIED',
    'NON CERTIFIED',
    'NOT APPROVED',
    'NOT AUTHORIZED',
    'NOT AUTHORISED',
    'ADVERSE DETERMINATION',
  ),
  ...named('pended', 'PENDED', 'PENDING', 'PEND', 'QUEUED', 'IN REVIEW', 'UNDER REVIEW'),
  ...named(
    'withdrawn',
    'CANCELLED',
    'CANCELED',
    'CANCELLATION',
    'CANCELATION',
    'WITHDRAWN',
    'VOID',
    'VOIDED',
    'DISMISSED',
  ),
  ...named(
    'not-required',
    'NO ACTION REQUIRED',
    'NOT REQUIRED',
    'NO AUTHORIZATION REQUIRED',
    'NO AUTHORISATION REQUIRED',
    'NO AUTHORIZATION NEEDED',
  ),
]);

/** Said as a disposition, `partial` is the running system's; said as an outcome, it is FHIR's "partly adjudicated". */
const dispositionWords: ReadonlyMap<string, Answer> = new Map([...words, ['PARTIAL', 'partial']]);

/**
 * What an answer's metadata says; null when it states no answer at all. The review action or the disposition decides.
 * FHIR's ClaimResponse.outcome does not: PAS's own pended example is `complete` with action A4. The words of the running
 * system's outcome (approved, denied, pended) stand for themselves.
 */
export function answerOf(metadata: Readonly<Record<string, unknown>> | null): Answer | null {
  if (metadata === null) return null;
  const { reviewAction, reviewActionCode, disposition, outcome } = metadata;
  const stated: [unknown, ReadonlyMap<string, Answer>][] = [
    [reviewAction, dispositionWords],
    [reviewActionCode, dispositionWords],
    [disposition, dispositionWords],
    [outcome, words],
  ];
  let said = false;
  for (const [value, known] of stated) {
    const text = textOf(value);
    if (text === '') continue;
    said = true;
    const answer = actionCodes.get(actionCodeIn(text)) ?? known.get(keyOf(text));
    if (answer !== undefined) return answer;
  }
  return said ? 'unclear' : null;
}

/** A string or number as stated; of a FHIR Coding or CodeableConcept its code; blank for nothing. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null) return '';
  const { code, coding } = value as { code?: unknown; coding?: unknown };
  if (Array.isArray(coding)) return textOf(coding[0]);
  return typeof code === 'object'
    ? textOf(code) || 'object'
    : typeof code === 'string'
      ? code.trim()
      : 'object';
}

/** `A4`, `a4`, `A4 - Pended` and `A4: pended` all are A4; one letter or more that only begin like a code are not. */
function actionCodeIn(text: string): string {
  return /^([a-z]{1,2}\d?)(?=$|\s*[-:–(]|\s{2,})/i.exec(text)?.[1]?.toUpperCase() ?? '';
}

function keyOf(text: string): string {
  return text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function named(answer: Answer, ...phrases: string[]): [string, Answer][] {
  return phrases.map((phrase) => [keyOf(phrase), answer]);
}
