import { answerOf, answerSaid, answerWord } from './answer.ts';
import { laneOf, upperSnake } from './event-stages.ts';
import { canonicalTimestamp } from './timestamp.ts';
import type {
  Answer,
  AppealOutcome,
  Drugs,
  EventStatus,
  LineCounts,
  Priority,
  RequestKind,
  RequestStatus,
  StatedAppeal,
  StatedExtension,
  StatedRequest,
} from './tracked-event.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Stating {
  stage: string;
  eventType: string;
  /** Whether the type is one of the catalogue. */
  known: boolean;
  status: EventStatus;
  request: Fields | null;
  metadata: Fields | null;
}

/**
 * What an event states of its request's decision, under `request` or in its metadata, in any spelling of the names (`planId`,
 * `plan_id`), or by a type of its own (`APPEAL_RECEIVED`, `EXTENSION_GRANTED`, `REQUEST_CANCELLED`). What is not understood
 * is not stated. docs/contract/README.md lists the names.
 */
export function decisionStatements(event: Stating): Partial<StatedRequest> {
  if (event.status === 'FAILED') return {};
  const find = finder(event.request, event.metadata);
  const type = event.known ? '' : upperSnake(event.eventType);
  const said = upperSnake(textOf(find('requesttype')) || textOf(event.request?.type));
  const isIntake = event.eventType === 'REQUEST_RECEIVED' || (type !== '' && saysReceipt.test(type));
  const answer = statedAnswer(event, find, type, isIntake ? said : '');
  return defined({
    plan: nameOf(find(...planNames)),
    delegate: nameOf(find('delegate', 'delegateid', 'delegatedto', 'delegatedentity')),
    drugs: drugsOf(find, said),
    kind: kindOf(said),
    priority: statedPriority(event, find, type),
    expedited: isEarly(event.stage)
      ? flagOf(find('expedited', 'isexpedited', 'urgent', 'isurgent'))
      : undefined,
    answer,
    status: closingStatus(event, answer, type, isIntake && saysCancel.test(said)),
    lines: linesOf(find('lines', 'linecounts', 'lineitems', 'linesummary'), find),
    reasonGiven: isBlank(find(...reasonNames)) ? undefined : (true as const),
    pendReason: pendReasonOf(find, event),
    notifiedAt: instantOf(
      find('notifiedat', 'noticeat', 'noticesentat', 'notificationsentat', 'deliveredat'),
    ),
    extension: extensionOf(find, type),
    appeal: appealOf(find, type, event, isIntake ? said : ''),
    update: begins(event, find, type, isIntake ? said : '') ? (true as const) : undefined,
  });
}

const planNames = [
  'plan',
  'planid',
  'plancode',
  'healthplan',
  'healthplanid',
  'contract',
  'contractid',
  'contractnumber',
  'issuerid',
];
const reasonNames = [
  'denialreason',
  'denialreasoncode',
  'denialcode',
  'reasoncode',
  'reason',
  'decisionreason',
  'rationalecode',
];

const pendReasonNames = ['pendreason', 'pendreasoncode', 'pendingreason', 'pendcode', 'pendedreason'];

const saysReceipt = /(^|_)(RECEIVED|SUBMITTED|SUBMIT)(_OK)?$/;
const saysCancel = /CANCEL|WITHDRAW|VOID/;
const saysUpdate =
  /(^|_)(UPDATED?|CONTINUED_STAY|CONTINUATION|CONCURRENT_REVIEW|AMENDED|AMENDMENT|RESUBMITTED|RESUBMISSION|RESUBMIT|REVISION)(_|$)/;
const saysAppeal = /(^|_)(APPEAL|APPEALED|RECONSIDERATION|REDETERMINATION)(_|$)/;
const saysExtension = /(^|_)(EXTENSION|EXTENDED|EXTEND)(_|$)/;
const saysDecision = /(^|_)(DECISION|DECIDED|DETERMINATION|DETERMINED)(_|$)/;
const saysRefusal = /(^|_)(DENIED|REFUSED|REJECTED|FAIL|FAILED)$/;
const saysDowngrade =
  /(^|_)(DOWNGRADED?|EXPEDITED?(_REQUEST|_REVIEW)?_DENIED|DENY_EXPEDITED?|TO_STANDARD)(_|$)/;
const saysUpgrade = /(^|_)(UPGRADED?|EXPEDITED?_(REQUESTED|GRANTED|REQUEST)|TO_EXPEDITED)(_|$)/;

function begins(event: Stating, find: Find, type: string, intake: string): boolean {
  if (saysUpdate.test(intake) || saysUpdate.test(type)) return true;
  return event.eventType === 'REQUEST_RECEIVED' && Number(find('episode', 'episodeno')) > 1;
}

/** Reads a field by any of its names, under `request` before the metadata; names are compared by letters and digits alone. */
function finder(...places: readonly (Fields | null)[]): (...names: string[]) => unknown {
  const found = new Map<string, unknown>();
  for (const place of places)
    for (const [name, value] of Object.entries(place ?? {})) {
      const key = name.toLowerCase().replace(/[^a-z0-9]/g, '');
      if (!isBlank(value) && !found.has(key)) found.set(key, value);
    }
  return (...names) => {
    for (const name of names) if (found.has(name)) return found.get(name);
    return undefined;
  };
}

function statedAnswer(event: Stating, find: Find, type: string, intake: string): Answer | undefined {
  if (saysAppeal.test(type) || saysAppeal.test(intake)) return undefined;
  if (saysCancel.test(intake)) return intake.includes('VOID') ? 'void' : 'withdrawn';
  const action = answerSaid(find('hcr01', 'reviewaction', 'reviewactioncode'));
  const word = textOf(
    find('reviewdecision', 'actioncode', 'certificationaction', 'decision', 'determination'),
  );
  const named = action ?? answerWord(word);
  const beside = understood(event.request) ?? answerWord(textOf(finerStatus(event.request?.status)));
  const byType =
    type === ''
      ? undefined
      : (endByType(type) ?? (saysDecision.test(type) ? understood(event.metadata) : undefined));
  const closing = textOf(
    find('closereason', 'cancelreason', 'cancellationreason', 'statusreason', 'closedas'),
  );
  const answer = named ?? beside ?? byType ?? answerElsewhere(event);
  // Why it was cancelled says which of the ends it is.
  const reason = answer === 'withdrawn' || answer === undefined ? answerWord(closing) : undefined;
  return reason !== undefined && isEnd(reason) ? reason : answer;
}

/** An answering event's answer whose name is spelled otherwise in the metadata, or which stands one level further down in it. */
function answerElsewhere({ eventType, metadata }: Stating): Answer | undefined {
  if (metadata === null || !answerTypes.has(eventType) || answerOf(metadata) !== null) return undefined;
  const places = [metadata, ...Object.values(metadata).filter(isFields)];
  const answers = new Set(
    places.flatMap((place) => {
      const find = finder(place);
      const [reviewAction, disposition, outcome] = [
        find('hcr01', 'reviewaction', 'reviewactioncode'),
        find('disposition'),
        find('outcome'),
      ];
      return answerOf({ reviewAction, disposition, outcome }) ?? [];
    }),
  );
  const [answer] = answers;
  return answers.size > 1 ? 'unclear' : answer;
}

const answerTypes: ReadonlySet<string> = new Set(['RESPONSE_OK', 'WORKFLOW_COMPLETE']);

/** An answer as metadata gives it, unless nobody understands it. */
function understood(fields: Fields | null): Answer | undefined {
  const answer = answerOf(fields);
  return answer === null || answer === 'unclear' ? undefined : answer;
}

/** What an event of such a type says: `REQUEST_APPROVED`, `CANCEL_REQUEST`, `DUPLICATE_DETECTED`. */
function endByType(type: string): Answer | undefined {
  const answer = answerWord(type.replace(typeFrame, ''));
  if (answer !== undefined) return answer;
  if (/(^|_)(CANCEL|CANCELED|CANCELLED|CANCELLATION|WITHDRAW|WITHDRAWN|WITHDRAWAL)(_|$)/.test(type))
    return 'withdrawn';
  if (/(^|_)(DUPLICATE|VOID|VOIDED)(_|$)/.test(type)) return 'void';
  return /(^|_)(DISMISSED|DISMISSAL|UNPROCESSABLE)(_|$)/.test(type) ? 'dismissed' : undefined;
}

/** A status that says more than the status it becomes. */
function finerStatus(status: unknown): unknown {
  return /^(APPROVED|DENIED|PEND.*|CANCELL?ED)$/.test(upperSnake(textOf(status))) ? '' : status;
}

const typeFrame =
  /^(PAS_|PA_|AUTH_|AUTHORIZATION_|PRIOR_AUTH_|REQUEST_|CLAIM_)+|(_OK|_COMPLETED?|_RECEIVED|_MADE|_REQUESTED|_BY_PROVIDER|_BY_MEMBER)+$/g;

/** An event whose type says that the request is decided or over states so. */
function closingStatus(
  event: Stating,
  answer: Answer | undefined,
  type: string,
  cancels: boolean,
): RequestStatus | undefined {
  if (cancels) return 'CANCELLED';
  if (answer === undefined || event.status !== 'COMPLETED') return undefined;
  if (type === '' || (endByType(type) === undefined && !saysDecision.test(type))) return undefined;
  if (isEnd(answer)) return 'CANCELLED';
  if (answer === 'denied') return 'DENIED';
  return answer === 'approved' || answer === 'partial' ? 'APPROVED' : undefined;
}

/** Whether it ends a request without a determination. */
export function isEnd(answer: Answer): boolean {
  return answer === 'withdrawn' || answer === 'dismissed' || answer === 'void' || answer === 'not-required';
}

function statedPriority(event: Stating, find: Find, type: string): Priority | undefined {
  if (isBlank(event.request?.priority)) {
    if (saysDowngrade.test(type) || flagOf(find('expeditedenied', 'expediteddenied', 'downgraded')) === true)
      return 'STANDARD';
    if (saysUpgrade.test(type) || flagOf(find('upgraded')) === true) return 'EXPEDITED';
    const changed = /(^|_)PRIORITY(_|$)/.test(type)
      ? find('newpriority', 'topriority', 'to')
      : find('newpriority');
    if (changed !== undefined) return priorityWord(textOf(changed));
  }
  // A queue has a priority, too.
  const mayState = isEarly(event.stage) || laneOf(event.stage) === 'unknown';
  return mayState ? priorityWord(textOf(event.metadata?.priority)) : undefined;
}

const expeditedWords = new Set(['EXPEDITED', 'EXPEDITE', 'URGENT', 'STAT', 'ASAP']);
const standardWords = new Set(['STANDARD', 'ROUTINE', 'NORMAL', 'NON_URGENT', 'NONURGENT', 'DEFERRED']);

/** The rule's words, and those of FHIR's request-priority and process-priority. */
export function priorityWord(text: string): Priority | undefined {
  const word = upperSnake(text);
  if (expeditedWords.has(word)) return 'EXPEDITED';
  return standardWords.has(word) ? 'STANDARD' : undefined;
}

function drugsOf(find: Find, said: string): Drugs | undefined {
  const value = find(
    'drug',
    'drugs',
    'isdrug',
    'hasdrug',
    'hasdrugs',
    'drugrequest',
    'drugtype',
    'drugbenefit',
    'drugcategory',
  );
  const flag = flagOf(value);
  if (flag !== undefined) return flag ? 'medical' : 'none';
  const word = upperSnake(textOf(value));
  if (word !== '') return drugsWord(word) ?? 'medical';
  const category =
    upperSnake(textOf(find('category', 'itemtype', 'servicetype', 'benefit', 'benefittype'))) ||
    said.replace(/^PAS_|_REQUEST$/g, '');
  if (/^(DRUG|DRUGS|MEDICATION|MEDICATIONS|PART_B_DRUGS?|MEDICAL_DRUGS?)$/.test(category)) return 'medical';
  return /^(PHARMACY|PART_D|RX)(_DRUGS?)?$/.test(category) ? 'pharmacy' : undefined;
}

export function drugsWord(text: string): Drugs | undefined {
  const word = upperSnake(text);
  if (/^(NONE|NO|N|NOT_A_DRUG)$/.test(word)) return 'none';
  if (/PHARMACY|PART_D|^RX$|RETAIL/.test(word)) return 'pharmacy';
  return /MEDICAL|PART_?B|^DRUGS?$|^YES$|^Y$/.test(word) ? 'medical' : undefined;
}

function kindOf(said: string): RequestKind | undefined {
  if (said === '') return undefined;
  if (/INQUIR|STATUS_CHECK|ELIGIBILITY/.test(said)) return 'inquiry';
  if (/NOTIF/.test(said)) return 'notification';
  return /RETRO|POST_SERVICE/.test(said) ? 'retrospective' : 'request';
}

/** `{approved, denied, pended}`, or a list of each line's answer. */
function linesOf(value: unknown, find: Find): LineCounts | undefined {
  const counts: LineCounts = { approved: 0, modified: 0, denied: 0, pended: 0 };
  if (Array.isArray(value)) {
    for (const line of value) {
      const said = isFields(line)
        ? finder(line)('reviewaction', 'reviewactioncode', 'action', 'disposition', 'outcome', 'status')
        : line;
      const answer = answerSaid(said);
      if (answer === 'approved') counts.approved++;
      else if (answer === 'partial') counts.modified++;
      else if (answer === 'denied') counts.denied++;
      else if (answer === null || !isEnd(answer)) counts.pended++;
    }
    return value.length === 0 ? undefined : counts;
  }
  const of = isFields(value) ? finder(value) : (one: string) => find(`lines${one}`, `${one}lines`);
  const numbers = {
    approved: countOf(of('approved') ?? of('certified')),
    modified: countOf(of('modified') ?? of('partial')),
    denied: countOf(of('denied')),
    pended: countOf(of('pended') ?? of('pending')),
  };
  if (Object.values(numbers).every((count) => count === undefined)) return undefined;
  for (const [name, count] of Object.entries(numbers)) counts[name as keyof LineCounts] = count ?? 0;
  return counts;
}

const EXTENSION_MOST_DAYS = 14;

function extensionOf(find: Find, type: string): StatedExtension | undefined {
  const isType = saysExtension.test(type) && !saysRefusal.test(type);
  const value = find('extension', 'extended', 'timeframeextension', 'deadlineextension');
  const days = find('extensiondays', 'extendeddays', 'daysextended') ?? (isType ? find('days') : undefined);
  if (flagOf(value) === false && !isType) return undefined;
  if (value === undefined && days === undefined && !isType) return undefined;
  const own = isFields(value) ? finder(value) : undefined;
  const length = countOf(own?.('days', 'extensiondays', 'lengthdays', 'length') ?? days ?? value);
  if (length !== undefined && length < 1) return undefined;
  const by = whoOf(
    textOf(
      own?.('by', 'requestedby', 'initiatedby', 'who') ?? find('extensionby', 'extendedby', 'requestedby'),
    ),
  );
  const at = instantOf(
    own?.('at', 'noticeat', 'grantedat', 'requestedat', 'statedat') ?? find('extensionat', 'extendedat'),
  );
  const until = instantOf(
    own?.('until', 'dueat', 'newdueat', 'extendedto') ?? find('extendeduntil', 'extensionuntil', 'newdueat'),
  );
  return defined({ days: length ?? EXTENSION_MOST_DAYS, by, at, until }) as StatedExtension;
}

function whoOf(text: string): string | undefined {
  const word = upperSnake(text);
  if (word === '') return undefined;
  if (/PROVIDER|REQUESTER|PRACTITIONER|FACILITY/.test(word)) return 'provider';
  if (/MEMBER|ENROLLEE|PATIENT|BENEFICIARY/.test(word)) return 'member';
  if (/DELEGATE|VENDOR/.test(word)) return 'delegate';
  return /PLAN|PAYER|PAYOR|US|ISSUER/.test(word) ? 'plan' : 'other';
}

function appealOf(find: Find, type: string, event: Stating, intake: string): StatedAppeal | undefined {
  const value = find('appeal', 'appealed', 'isappeal', 'appealstatus');
  const isType = saysAppeal.test(type) || saysAppeal.test(intake);
  const separate = find('appealoutcome', 'appealdecision', 'appealresult', 'appealdisposition');
  if (flagOf(value) === false || (value === undefined && separate === undefined && !isType)) return undefined;
  const own = isFields(value) ? finder(value) : undefined;
  const said = textOf(
    own?.('outcome', 'decision', 'result', 'disposition', 'status') ?? separate ?? (own ? '' : value),
  );
  const { metadata, request } = event;
  const beside = [
    metadata?.outcome,
    metadata?.disposition,
    metadata?.decision,
    metadata?.result,
    metadata?.reviewAction,
    request?.status,
  ]
    .map((one) => appealWord(textOf(one)))
    .find((word) => word !== undefined);
  const answers = isType || event.eventType === 'RESPONSE_OK';
  return defined({
    receivedAt: instantOf(
      own?.('receivedat', 'filedat', 'requestedat', 'at') ??
        find('appealreceivedat', 'appealedat', 'appealfiledat'),
    ),
    outcome:
      appealWord(said) ??
      appealWord(type.replace(saysAppeal, '_').replace(/^_|_$/g, '')) ??
      (answers ? beside : undefined),
    decidedAt: instantOf(own?.('decidedat', 'resolvedat') ?? find('appealdecidedat')),
  });
}

function appealWord(text: string): AppealOutcome | undefined {
  const word = upperSnake(text);
  if (word === '') return undefined;
  if (/^(UPHELD|UPHOLD|AFFIRMED|SUSTAINED|DENIAL_UPHELD)$/.test(word)) return 'upheld';
  if (/^(PARTIALLY_OVERTURNED|OVERTURNED_IN_PART|PARTIAL)$/.test(word)) return 'partial';
  if (/^(OVERTURN|OVERTURNED|REVERSED|FULLY_FAVORABLE|DENIAL_OVERTURNED)$/.test(word)) return 'overturned';
  const answer = answerWord(text);
  if (answer === 'approved') return 'overturned';
  if (answer === 'denied') return 'upheld';
  if (answer === 'partial') return 'partial';
  return answer !== undefined && isEnd(answer) ? 'withdrawn' : undefined;
}

type Find = ReturnType<typeof finder>;

function isEarly(stage: string): boolean {
  return stage === 'ORCHESTRATION' || stage === 'PARSING';
}

const NAME_LENGTH = 64;

function nameOf(value: unknown): string | undefined {
  const name = textOf(value);
  return name !== '' && name.length <= NAME_LENGTH ? name : undefined;
}

/** By a name of its own, else the reason of an answer that pends. Reasons are known by their codes or a few words, never by text. */
function pendReasonOf(find: Find, { request, metadata }: Stating): string | undefined {
  const named = textOf(find(...pendReasonNames));
  const pends = answerOf(request) === 'pended' || answerOf(metadata) === 'pended';
  const reason = upperSnake(named !== '' || !pends ? named : textOf(find(...reasonNames)));
  return /^[A-Z0-9]+(_[A-Z0-9]+){0,5}$/.test(reason) && reason.length <= NAME_LENGTH ? reason : undefined;
}

/** Of a FHIR Coding, a reference or the like: its code or id. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number') return String(value);
  if (!isFields(value)) return '';
  return textOf(value.code ?? value.id ?? value.value ?? value.kind ?? value.type ?? '');
}

function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (word === 'true' || word === 'yes') return true;
  return word === 'false' || word === 'no' ? false : undefined;
}

function countOf(value: unknown): number | undefined {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? Math.ceil(count) : undefined;
}

function instantOf(value: unknown): string | undefined {
  return typeof value === 'string' ? (canonicalTimestamp(value.trim()) ?? undefined) : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function defined<Shape extends object>(stated: Shape): { [Name in keyof Shape]?: NonNullable<Shape[Name]> } {
  return Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined)) as never;
}
