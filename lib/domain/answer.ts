import type { Answer, LineCounts, RequestStatus } from './tracked-event.ts';

/** What a request's status becomes by an answer; an unclear one leaves it as it is. */
export const answerStatuses: Readonly<Record<Answer, RequestStatus | null>> = {
  approved: 'APPROVED',
  partial: 'APPROVED',
  denied: 'DENIED',
  pended: 'PENDING',
  withdrawn: 'CANCELLED',
  dismissed: 'CANCELLED',
  void: 'CANCELLED',
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
  ...named(
    'approved',
    'APPROVED',
    'APPROVE',
    'CERTIFIED',
    'CERTIFIED IN TOTAL',
    'APPROVED AS REQUESTED',
    'AUTHORIZED',
    'AUTHORISED',
    'GRANTED',
    'FAVORABLE',
  ),
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
    'APPROVED WITH MODIFICATION',
    'APPROVED WITH MODIFICATIONS',
    'APPROVED WITH CHANGES',
    'PARTIALLY DENIED',
    'DENIED IN PART',
    'PARTIALLY FAVORABLE',
    'OTHER THAN REQUESTED',
    'APPROVED OTHER THAN REQUESTED',
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
    'ADVERSE',
    'UNFAVORABLE',
  ),
  ...named('pended', 'PENDED', 'PENDING', 'PEND', 'QUEUED', 'IN REVIEW', 'UNDER REVIEW'),
  ...named(
    'withdrawn',
    'CANCELLED',
    'CANCELED',
    'CANCELLATION',
    'CANCELATION',
    'CANCEL',
    'WITHDRAWN',
    'WITHDRAW',
    'WITHDRAWAL',
    'WITHDRAWN BY PROVIDER',
    'CANCELLED BY PROVIDER',
    'CANCELED BY PROVIDER',
  ),
  ...named(
    'dismissed',
    'DISMISSED',
    'DISMISSAL',
    'UNPROCESSABLE',
    'UNABLE TO PROCESS',
    'CANNOT BE PROCESSED',
  ),
  ...named('void', 'VOID', 'VOIDED', 'DUPLICATE', 'DUPLICATE REQUEST', 'ENTERED IN ERROR'),
  ...named(
    'not-required',
    'NO ACTION REQUIRED',
    'NOT REQUIRED',
    'AUTHORIZATION NOT REQUIRED',
    'AUTH NOT REQUIRED',
    'NO AUTH REQUIRED',
    'NO AUTHORIZATION',
    'NO PRIOR AUTHORIZATION REQUIRED',
    'NO PRIOR AUTHORIZATION NEEDED',
    'PRIOR AUTHORIZATION NOT REQUIRED',
    'NO PA REQUIRED',
    'PA NOT REQUIRED',
    'NO AUTHORIZATION REQUIRED',
    'NO AUTHORISATION REQUIRED',
    'NO AUTHORIZATION NEEDED',
  ),
]);

/** Said as a disposition, `partial` is the running system's; said as an outcome, it is FHIR's "partly adjudicated". */
const dispositionWords: ReadonlyMap<string, Answer> = new Map([...words, ['PARTIAL', 'partial']]);

/**
 * What an answer's metadata says; null when it states no answer at all. The review action decides, else the disposition, and
 * where one is stated that nobody understands, nothing does. FHIR's ClaimResponse.outcome does not decide: PAS's own pended
 * example is `complete` with action A4. The words of the running system's outcome (approved, denied, pended) stand for themselves.
 */
export function answerOf(metadata: Readonly<Record<string, unknown>> | null): Answer | null {
  if (metadata === null) return null;
  const { reviewAction, reviewActionCode, disposition, outcome } = metadata;
  const deciding = [reviewAction, reviewActionCode, disposition].map(textOf).find((text) => text !== '');
  if (deciding !== undefined) return answerWord(deciding) ?? 'unclear';
  const text = textOf(outcome);
  if (text === '') return null;
  return actionCodes.get(actionCodeIn(text)) ?? words.get(keyOf(text)) ?? 'unclear';
}

/** What one word or code means as an answer; undefined where it is not understood. */
export function answerWord(text: string): Answer | undefined {
  return actionCodes.get(actionCodeIn(text.trim())) ?? dispositionWords.get(keyOf(text));
}

/** Lines decide where they are counted, and nothing is decided before the last of them is. */
export function answerByLines(said: Answer | null, lines: LineCounts | undefined): Answer | null {
  if (lines === undefined) return said;
  const { approved, modified, denied, pended } = lines;
  if (pended > 0) return 'pended';
  if (modified > 0 || (approved > 0 && denied > 0)) return 'partial';
  // A6 certifies all lines, changed.
  if (approved > 0) return said === 'partial' ? 'partial' : 'approved';
  return denied > 0 ? 'denied' : said;
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
