import { answerName, answerWord } from './answer.ts';
import type { Answer, AppealOutcome, Priority } from './tracked-event.ts';

/**
 * What an event says of a decision by a type of its own, in upper snake: `PRIOR_AUTH_WITHDRAWN`, `EXTENSION_GRANTED`. The whole
 * type has to say it: `DUPLICATE_CHECK`, `STATUS_UPDATED` and `APPEAL_RIGHTS_SENT` end, begin and appeal nothing.
 */
const SUBJECTS =
  'PAS|PA|PRIOR|AUTH|AUTHORIZATION|AUTHORISATION|REQUEST|CLAIM|CASE|REFERRAL|SUBMISSION|SUBMIT|CLOSED|CLOSED_AS';
const subject = new RegExp(`^(?:(?:${SUBJECTS})_)+`);
const MANNERS =
  'OK|COMPLETE|COMPLETED|RECEIVED|MADE|REQUEST|REQUESTED|SUBMIT|SUBMITTED|SUBMISSION|FILED|ISSUED|RECORDED|DETECTED|FOUND|CONFIRMED|BY_[A-Z]+';
const manner = new RegExp(`(?:_(?:${MANNERS}))+$`);

/** The type without whose it is, and how it came. */
function coreOf(type: string): string {
  return type.replace(subject, '').replace(manner, '');
}

/** `REQUEST_APPROVED`, `CANCEL_REQUEST`, `DUPLICATE_DETECTED`. */
export function answerByType(type: string): Answer | undefined {
  const core = coreOf(type);
  return answerName(core) ?? answerName(core.replace(/^(?:DECISION|DETERMINATION|CANCELL?ED)_(?:AS_)?/, ''));
}

/** Whether its metadata say what was decided: `DETERMINATION_MADE`. */
export function isDecisionType(type: string): boolean {
  return /^(?:(?:FINAL|INITIAL|MEDICAL|CLINICAL|UM|COVERAGE|ORGANIZATION|PAYER|PLAN)_)*(?:DECISION|DECIDED|DETERMINATION|DETERMINED)$/.test(
    coreOf(type),
  );
}

/** Whether it asks for another decision: `REQUEST_UPDATED`, `CONTINUED_STAY_REQUESTED`; also of a submission's type, `PAS_UPDATE`. */
export function isUpdateType(type: string): boolean {
  return /^(?:UPDATED?|CONTINUED_STAY|CONTINUED_STAY_REVIEW|CONTINUATION|CONCURRENT_REVIEW|AMENDED|AMENDMENT|RESUBMITTED|RESUBMISSION|RESUBMIT|REVISED|REVISION)$/.test(
    coreOf(type),
  );
}

const appeal = new RegExp(
  '^(?:(?:MEMBER|PROVIDER|ENROLLEE|EXPEDITED|STANDARD|INTERNAL|PLAN|FIRST_LEVEL)_)*' +
    '(?:APPEAL|APPEALED|RECONSIDERATION|REDETERMINATION)(?:_(.+))?$',
);
const appealBegins =
  /^(?:RECEIVED|FILED|LODGED|RAISED|REQUEST|REQUESTED|SUBMIT|SUBMITTED|SUBMISSION|OPEN|OPENED|INTAKE|INITIATED|CREATED|REGISTERED|ACKNOWLEDGED|ACCEPTED|START|STARTED)(?:_BY_[A-Z]+)?$/;
const appealEnds =
  /^(?:DECIDED|DECISION|DETERMINED|DETERMINATION|RESOLVED|RESOLUTION|CLOSED|OUTCOME|RESULT|OK|COMPLETED?)(?:_(.+))?$/;

/** What a type says of an appeal: its outcome, `{}` for that there is one; undefined for nothing. */
export function appealByType(type: string): { outcome?: AppealOutcome } | undefined {
  const [is, rest = ''] = appeal.exec(type.replace(subject, '')) ?? [];
  if (is === undefined) return undefined;
  const ends = appealEnds.exec(rest);
  const outcome = appealWord(ends ? (ends[1] ?? '') : rest.replace(manner, ''));
  if (outcome !== undefined) return { outcome };
  return rest === '' || ends !== null || appealBegins.test(rest) ? {} : undefined;
}

/** Whether the type is about an appeal at all: what it says is not of the request's own decision. */
export function namesAppeal(type: string): boolean {
  return /(^|_)(APPEAL|APPEALED|RECONSIDERATION|REDETERMINATION)(_|$)/.test(type);
}

export function appealWord(text: string): AppealOutcome | undefined {
  const word = text
    .trim()
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_');
  if (word === '') return undefined;
  if (
    /^((ORIGINAL_)?(DENIAL|DECISION|DETERMINATION)_)?(UPHELD|UPHOLD|AFFIRMED|SUSTAINED|MAINTAINED)$/.test(
      word,
    )
  )
    return 'upheld';
  if (/^(PARTIAL|PARTIALLY_(UPHELD|OVERTURNED|REVERSED)|(UPHELD|OVERTURNED|REVERSED)_IN_PART)$/.test(word))
    return 'partial';
  if (
    /^((ORIGINAL_)?(DENIAL|DECISION|DETERMINATION)_|FULLY_)?(OVERTURN|OVERTURNED|REVERSED|FAVOU?RABLE)(_IN_FULL)?$/.test(
      word,
    )
  )
    return 'overturned';
  const answer = answerWord(text);
  if (answer === 'approved') return 'overturned';
  if (answer === 'denied') return 'upheld';
  if (answer === 'partial') return 'partial';
  return answer === undefined || answer === 'pended' || answer === 'unclear' ? undefined : 'withdrawn';
}

const REFUSED = '(?:DENIED|REFUSED|REJECTED|DECLINED)';
const BACK = `${REFUSED}|NOT_GRANTED|NOT_APPROVED|TAKEN_BACK|WITHDRAWN|REVOKED|RESCINDED|CANCELL?ED`;
const takesBack = new RegExp(`_(?:${BACK})(?:_|$)`);
const extension = new RegExp(
  '^(?:(?:\\d+_DAYS?|TIME_?FRAME|DEADLINE|CLOCK|DUE_DATE|DECISION|DETERMINATION|REVIEW|MEMBER|PROVIDER|ENROLLEE|PLAN|PAYER)_)*' +
    '(?:EXTENSION|EXTENDED|EXTEND)' +
    '(?:_(?:GRANTED|APPROVED|APPLIED|TAKEN|INVOKED|STATED|GIVEN|NOTIFIED|NOTICE|SENT|ISSUED|MADE|OK|COMPLETED?|RECORDED|BY_[A-Z]+' +
    `|REQUEST|REQUESTED|RECEIVED|PENDING|${BACK}))*$`,
);
const grants = /_(?:GRANTED|APPROVED|APPLIED|TAKEN|INVOKED|GIVEN)(?:_|$)/;
const asks = /_(?:REQUEST|REQUESTED|RECEIVED|PENDING)(?:_|$)/;
const whose = /(?:^|_)(MEMBER|PROVIDER|ENROLLEE|PLAN|PAYER)_|_BY_([A-Z]+)(?:_|$)/;

/** Whether the time to decide was extended, somebody asks for that, or it is not after all; and by whom. */
export function extensionByType(
  type: string,
): { says: 'granted' | 'asked' | 'taken-back'; by: string } | undefined {
  const own = type.replace(subject, '');
  if (!extension.test(own)) return undefined;
  const [, before, after] = whose.exec(own) ?? [];
  const isAsked = asks.test(own) && !grants.test(own);
  return {
    says: takesBack.test(own) ? 'taken-back' : isAsked ? 'asked' : 'granted',
    by: before ?? after ?? '',
  };
}

const upgrade = '(?:(?:PRIORITY|URGENCY|REVIEW)_)?UPGRADED?(?:_TO_(?:EXPEDITED|URGENT))?';
const expedite = 'EXPEDITED?(?:_(?:REQUEST|REVIEW))?';
const downgraded = new RegExp(
  `^(?:(?:(?:PRIORITY|URGENCY|REVIEW)_)?DOWNGRADED?(?:_TO_STANDARD)?|(?:${upgrade}|${expedite})_${REFUSED}|(?:DENY|REFUSE|REJECT)_EXPEDITED?|(?:[A-Z]+_)*TO_STANDARD)$`,
);
const upgraded = new RegExp(
  `^(?:${upgrade}|EXPEDITED?|(?:[A-Z]+_)*TO_EXPEDITED)(?:_(?:GRANTED|APPROVED|REQUEST|REQUESTED))*$`,
);

/** `EXPEDITE_DENIED`, `PRIORITY_UPGRADED`. */
export function priorityByType(type: string): Priority | undefined {
  const own = type.replace(subject, '');
  const core = coreOf(type);
  if (downgraded.test(core)) return 'STANDARD';
  return upgraded.test(own) || upgraded.test(core) ? 'EXPEDITED' : undefined;
}
