import { lazily } from './lazily.ts';
import { isFields } from './stated-values.ts';
import type { Answer, LineCounts, RequestStatus } from './tracked-event.ts';

type Verdict = 'approved' | 'denied' | 'part' | 'pended' | 'withdrawn' | 'dismissed' | 'void';

const verdictWords: Readonly<Record<Verdict, string>> = {
  approved:
    'APPROVED APPROVE APPROVES APPROVAL CERTIFIED CERTIFY AUTHORIZED AUTHORISED GRANTED FAVORABLE FAVOURABLE',
  denied: 'DENIED DENY DENIES DENIAL DISAPPROVED ADVERSE UNFAVORABLE UNFAVOURABLE NONCERTIFIED',
  part: 'PARTIAL PARTIALLY PARTLY PART MODIFIED MODIFICATION MODIFICATIONS CHANGES LIMITATIONS',
  pended: 'PENDED PEND PENDS PENDING QUEUED',
  withdrawn: 'WITHDRAWN WITHDRAW WITHDREW WITHDRAWAL CANCELLED CANCELED CANCEL CANCELLATION CANCELATION',
  dismissed: 'DISMISSED DISMISS DISMISSAL UNPROCESSABLE',
  void: 'VOID VOIDED DUPLICATE',
};

/** What stands beside a verdict and changes nothing of it: what it is of, how, by whom and why it came. */
const beside =
  'PRIOR AUTH AUTHORIZATION AUTHORISATION PREAUTHORIZATION PA CASE SERVICE BENEFIT COVERAGE ORGANIZATION ' +
  'DETERMINATION DECISION INITIAL FINAL CLINICAL CLINICALLY ADMINISTRATIVE ADMINISTRATIVELY TECHNICAL EXPEDITED STANDARD ' +
  'AUTO AUTOMATIC AUTOMATICALLY FULL FULLY TOTAL WHOLE WHOLLY IN OF BY WITH AS AND';
const reviewers = 'MEDICAL DIRECTOR PHYSICIAN NURSE PHARMACIST REVIEWER PLAN PAYER';
const besides: Readonly<Record<Verdict, string>> = {
  approved: reviewers,
  denied: `${reviewers} NOT MEDICALLY NECESSARY NECESSITY LACK INFORMATION FOR`,
  part: reviewers,
  pended: 'FOR MEDICAL REVIEW ADDITIONAL MORE INFORMATION DOCUMENTATION RECORDS',
  withdrawn: 'REQUEST PROVIDER REQUESTER REQUESTOR SUBMITTER MEMBER ENROLLEE PATIENT',
  dismissed: 'REQUEST',
  void: 'REQUEST',
};

const split = (words: string) => words.split(' ');
const entries = Object.entries as <Key extends string, Value>(
  record: Readonly<Record<Key, Value>>,
) => [Key, Value][];
const verdicts = new Map(
  entries(verdictWords).flatMap(([verdict, words]) =>
    split(words).map((word): [string, Verdict] => [word, verdict]),
  ),
);
const mayStandBeside = new Map(
  entries(besides).map(([verdict, own]) => [verdict, new Set(split(`${beside} ${own}`))]),
);

/**
 * What a text answers by its words: `Fully approved`, `Administrative denial`, `Partially approved/denied`. Undefined where a word
 * is left that nobody understands, or two contradict each other: `Approval pending`, `Not denied`, `Pre-approved`.
 */
function answerInWords(text: string): Answer | undefined {
  const words = text
    .normalize('NFKC')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toUpperCase()
    // `approved?` and `!approved` are not the word.
    .split(/[^\p{L}\p{N}?!¬]+/u)
    .filter((word) => word !== '');
  const said = new Set<Verdict>();
  const others: string[] = [];
  for (const word of words) {
    const verdict = verdicts.get(word);
    const isNegated =
      verdict !== undefined && /^(?:NOT|NON)$/.test(others.at(-1) ?? '') && others.pop() !== undefined;
    if (verdict === undefined) others.push(word);
    else if (!isNegated) said.add(verdict);
    // What is not denied or not withdrawn is not approved by that.
    else if (verdict === 'approved') said.add('denied');
    else return undefined;
  }
  if (said.size === 0) return undefined;
  const isPart = said.has('part');
  const [verdict = 'part', ...more] = [...said].filter((one) => one !== 'part');
  const isSplit = isPart && said.size === 3 && said.has('approved') && said.has('denied');
  if (more.length > 0 && !isSplit) return undefined;
  if (!others.every((word) => mayStandBeside.get(verdict)?.has(word))) return undefined;
  if (!isPart) return verdict as Exclude<Verdict, 'part'>;
  return verdict === 'approved' || verdict === 'denied' ? 'partial' : undefined;
}

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

/** Whether it ends a request without a determination. */
export function isEnd(answer: Answer): boolean {
  return answerStatuses[answer] === 'CANCELLED';
}

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
const words = lazily(
  (): ReadonlyMap<string, Answer> =>
    new Map([
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
        'REQUEST APPROVED',
      ),
      ...named(
        'partial',
        'PARTIALLY CERTIFIED',
        'PARTIALLY APPROVED',
        'PARTIAL APPROVAL',
        'PARTIAL AUTHORIZATION',
        'PARTIAL CERTIFICATION',
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
        'NON CERTIFICATION',
        'NOT MEDICALLY NECESSARY',
        'MEDICAL NECESSITY NOT MET',
        'ADVERSE ACTION',
        'DECLINED',
        'REQUEST DENIED',
        'ADVERSE DETERMINATION',
        'ADVERSE',
        'UNFAVORABLE',
      ),
      ...named(
        'pended',
        ...['PENDED', 'PENDING', 'PEND', 'QUEUED', 'ON HOLD', 'IN PROCESS', 'IN PROGRESS'],
        ...['IN REVIEW', 'UNDER REVIEW', 'IN CLINICAL REVIEW', 'UNDER CLINICAL REVIEW'],
        ...['IN MEDICAL REVIEW', 'UNDER MEDICAL REVIEW', 'UNDER CONSIDERATION'],
        ...[
          'ADDITIONAL INFORMATION REQUIRED',
          'ADDITIONAL INFORMATION REQUESTED',
          'ADDITIONAL INFORMATION NEEDED',
        ],
        ...['MORE INFORMATION NEEDED', 'NEEDS MORE INFORMATION', 'AWAITING INFORMATION'],
      ),
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
        'WITHDRAWN BY MEMBER',
        'CANCELLED BY MEMBER',
        'CANCELED BY MEMBER',
      ),
      ...named(
        'dismissed',
        'DISMISSED',
        'DISMISSAL',
        'UNPROCESSABLE',
        'UNABLE TO PROCESS',
        'CANNOT BE PROCESSED',
        'UNABLE TO BE PROCESSED',
      ),
      ...named(
        'void',
        'VOID',
        'VOIDED',
        'DUPLICATE',
        'DUPLICATE REQUEST',
        'ENTERED IN ERROR',
        'CREATED IN ERROR',
      ),
      ...named('not-required', 'NOT REQUIRED', 'NOT NEEDED', 'NO AUTHORIZATION', ...nothingRequired()),
    ]),
);

/** Said as a disposition, `partial` is the running system's; said as an outcome, it is FHIR's "partly adjudicated". */
const dispositionWords = lazily(
  (): ReadonlyMap<string, Answer> => new Map([...words(), ['PARTIAL', 'partial']]),
);

/**
 * What an answer's metadata says; null when it states no answer at all. The review action decides, else the disposition, and
 * where one is stated that nobody understands, nothing does. FHIR's ClaimResponse.outcome does not decide: PAS's own pended
 * example is `complete` with action A4. The words of the running system's outcome (approved, denied, pended) stand for themselves.
 */
export function answerOf(metadata: Readonly<Record<string, unknown>> | null): Answer | null {
  if (metadata === null) return null;
  const { reviewAction, reviewActionCode, disposition, outcome } = metadata;
  return (
    answerSaid(reviewAction) ??
    answerSaid(reviewActionCode) ??
    answerSaid(disposition) ??
    answerSaid(outcome, outcomeWord)
  );
}

/** What a field says, be it a word, a code, or FHIR's Coding, CodeableConcept or extension, or several; null where it is blank. */
export function answerSaid(value: unknown, read = answerWord): Answer | null {
  const texts = textsOf(value);
  if (texts.length === 0) return null;
  const answers = new Set(texts.map(read).filter((answer) => answer !== undefined));
  const [answer = 'unclear'] = answers;
  // Of two that differ, neither is the answer.
  return answers.size > 1 ? 'unclear' : answer;
}

/** What a sender is told whose answer nobody understands. */
export const answerMeant = 'an action (A1, A2, A3, A4, A6, C, NA) or a word such as approved, denied, pended';

/** Whether it is none of the words and codes: the code to contact the payer is, which decides nothing. */
export function isUntold(value: unknown, read = answerWord): boolean {
  return answerSaid(value, read) === 'unclear' && !textsOf(value).some((text) => actionCodeIn(text) === 'CT');
}

export function outcomeWord(text: string): Answer | undefined {
  return codeOrWord(text, (word) => words().get(keyOf(word)) ?? answerInWords(word));
}

/** What words or a code mean as an answer; undefined where they are not understood. */
export function answerWord(text: string): Answer | undefined {
  return codeOrWord(text.trim(), (word) => dispositionName(word) ?? answerInWords(word));
}

/** The same of a name, such as an event's type, which has to be that of the answer. */
export function answerName(text: string): Answer | undefined {
  return codeOrWord(text.trim(), dispositionName);
}

function dispositionName(text: string): Answer | undefined {
  return dispositionWords().get(keyOf(text));
}

/** A code decides, unless what stands beside it is another code or says something else: `A1,A3`, `A1 - Not Certified`. */
function codeOrWord(stated: string, read: (word: string) => Answer | undefined): Answer | undefined {
  const text = stated.replace(/^\S*306\|/, '');
  const code = actionCodeIn(text);
  const answer = actionCodes.get(code);
  if (answer === undefined) return read(text);
  const beside = text.slice(code.length);
  const others = beside.match(/(?<![\p{L}\p{N}])a\d(?![\p{L}\p{N}])/giu) ?? [];
  if (others.some((other) => other.toUpperCase() !== code)) return 'unclear';
  const said = dispositionName(beside) ?? answerInWords(beside);
  if (said !== undefined) return said === answer ? answer : 'unclear';
  const isCertified = answer === 'approved' || answer === 'partial';
  return takesBack.test(beside) || (isCertified && negates.test(beside)) ? 'unclear' : answer;
}

/** Beside a code; a denial may say what is not: `A3 - not medically necessary`. */
const takesBack = /\?|\b(?:overturned|reversed|revoked|rescinded|voided)\b/i;
const negates = /\b(?:not|no|non|never|denied|declined|refused)\b/i;

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

/** A string, number or boolean as stated; of what FHIR makes of codes, these, and its texts where it has none. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()];
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  if (Array.isArray(value)) return actionsAmong(value).flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  const { code, coding, extension, valueCodeableConcept, valueCoding, valueCode, text, display } =
    value as Readonly<Record<string, unknown>>;
  const codes = [code, coding, extension, valueCodeableConcept, valueCoding, valueCode].flatMap(textsOf);
  const texts = codes.length > 0 ? codes : [text, display].flatMap(textsOf);
  return texts.length > 0 ? texts : ['an object'];
}

/** FHIR's review action holds its number and its reason beside what decides. */
function actionsAmong(values: readonly unknown[]): readonly unknown[] {
  const actions = values.filter(
    (value) => isFields(value) && typeof value.url === 'string' && /reviewActionCode$/.test(value.url),
  );
  return actions.length > 0 ? actions : values;
}

/** `A4`, `a4`, `A4 - Pended`, `A4 Pended` and `A4: pended` all are A4; letters or more that only begin like a code are not. */
function actionCodeIn(text: string): string {
  const [, withDigit, letters] =
    /^(?:([a-z]\d)(?![a-z\d])|([a-z]{1,2})(?=$|\s*[-:–(]|\s{2,}))/i.exec(text) ?? [];
  return (withDigit ?? letters ?? '').toUpperCase();
}

function keyOf(text: string): string {
  return (
    text
      .normalize('NFKC')
      .toUpperCase()
      // `approved?` and `!approved` are not the word.
      .replace(/[^\p{L}\p{N}?!¬]/gu, '')
      // The one British spelling that is common to several words.
      .replace('FAVOUR', 'FAVOR')
  );
}

function named(answer: Answer, ...phrases: string[]): [string, Answer][] {
  return phrases.map((phrase) => [keyOf(phrase), answer]);
}

/** `NO PRIOR AUTHORIZATION NEEDED`, `PA NOT REQUIRED`, and the like. */
function nothingRequired(): string[] {
  const subjects = [
    'ACTION',
    'PA',
    ...['AUTH', 'AUTHORIZATION', 'AUTHORISATION'].flatMap((one) => [one, `PRIOR ${one}`, `PRE ${one}`]),
    ...['PRECERT', 'PRECERTIFICATION'],
  ];
  return subjects.flatMap((subject) =>
    ['REQUIRED', 'NEEDED', 'NECESSARY'].flatMap((needed) => [
      ...[`NO ${subject} ${needed}`, `NO ${subject} IS ${needed}`],
      ...[`${subject} NOT ${needed}`, `${subject} IS NOT ${needed}`],
    ]),
  );
}
