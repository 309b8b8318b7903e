import type { Answer } from './tracked-event.ts';

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
export function answerInWords(text: string): Answer | undefined {
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
