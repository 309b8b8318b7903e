import { answerOf, answerSaid, answerWord } from './answer.ts';
import {
  answerByType,
  appealByType,
  appealWord,
  extensionByType,
  isDecisionType,
  isUpdateType,
  namesAppeal,
  priorityByType,
} from './decision-types.ts';
import { laneOf, upperSnake } from './event-stages.ts';
import { dayNumber } from './local-days.ts';
import { canonicalTimestamp } from './timestamp.ts';
import type {
  Answer,
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
  const lines = find(...lineNames);
  const answer = endOfLines(lines) ?? statedAnswer(event, find, type, isIntake ? said : '');
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
    lines: linesOf(lines, find),
    reasonGiven: givesReason(event, find) ? (true as const) : undefined,
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
const lineNames = ['lines', 'linecounts', 'lineitems', 'linesummary'];
const reasonNames = [
  'denialreason',
  'denialreasoncode',
  'denialcode',
  'reasoncode',
  'reason',
  'decisionreason',
  'rationalecode',
  'reviewreason',
  'reviewreasoncode',
  'decisionreasoncode',
  'hcr03',
];

const pendReasonNames = ['pendreason', 'pendreasoncode', 'pendingreason', 'pendcode', 'pendedreason'];

const saysReceipt = /(^|_)(RECEIVED|SUBMITTED|SUBMIT)(_OK)?$/;
const saysCancel = /CANCEL|WITHDRAW|VOID/;
const saysRefusal = /(^|_)(DENIED|REFUSED|REJECTED|DECLINED|NONE|NO|NOT_[A-Z_]+)$/;
const saysRequest = /(^|_)(REQUEST|REQUESTED|PENDING)$/;

function begins(event: Stating, find: Find, type: string, intake: string): boolean {
  if (isUpdateType(intake) || isUpdateType(type)) return true;
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
  if (namesAppeal(type) || namesAppeal(intake)) return undefined;
  if (saysCancel.test(intake)) return intake.includes('VOID') ? 'void' : 'withdrawn';
  const action = answerSaid(find(...actionNames));
  const word = textOf(
    find('reviewdecision', 'actioncode', 'certificationaction', 'decision', 'determination'),
  );
  const named = action ?? answerWord(word);
  const beside = understood(event.request) ?? answerWord(textOf(finerStatus(event.request?.status)));
  const byType =
    type === ''
      ? undefined
      : (answerByType(type) ?? (isDecisionType(type) ? understood(event.metadata) : undefined));
  const closing = textOf(
    find('closereason', 'cancelreason', 'cancellationreason', 'statusreason', 'closedas'),
  );
  const answer = named ?? beside ?? byType ?? answerElsewhere(event);
  // Why it was cancelled says which of the ends it is.
  const reason =
    answer === 'withdrawn' || answer === undefined
      ? (answerWord(closing) ?? answerByType(upperSnake(closing)))
      : undefined;
  return reason !== undefined && isEnd(reason) ? reason : answer;
}

/**
 * What an answer or the payer's result says under any spelling of the names, or one level further down: an action before a
 * disposition, and that before an outcome; of several that stand equally deep and differ, none counts.
 */
function answerElsewhere({ eventType, metadata }: Stating): Answer | undefined {
  if (metadata === null || !answerTypes.has(eventType)) return undefined;
  const below = Object.values(metadata).filter(isFields);
  for (const names of [actionNames, ['disposition'], ['outcome']]) {
    // The outcome of a call is none of its request.
    if (names[0] === 'outcome' && payerTypes.has(eventType)) continue;
    for (const places of [[metadata], below]) {
      const answers = new Set(places.flatMap((place) => answerUnder(names, place) ?? []));
      if (answers.size > 1) return 'unclear';
      const [answer] = answers;
      if (answer !== undefined) return answer === answerOf(metadata) ? undefined : answer;
    }
  }
  return undefined;
}

function answerUnder(names: readonly string[], place: Fields): Answer | null {
  const value = finder(place)(...names);
  return names[0] === 'outcome' ? answerOf({ outcome: value }) : answerSaid(value);
}

const actionNames = ['hcr01', 'reviewaction', 'reviewactioncode'];
const payerTypes: ReadonlySet<string> = new Set(['CALLBACK_OK', 'DOWNSTREAM_OK']);
const answerTypes: ReadonlySet<string> = new Set(['RESPONSE_OK', 'WORKFLOW_COMPLETE', ...payerTypes]);

/** An answer as metadata gives it, unless nobody understands it. */
function understood(fields: Fields | null): Answer | undefined {
  const answer = answerOf(fields);
  return answer === null || answer === 'unclear' ? undefined : answer;
}

/** A status that says more than the status it becomes. */
function finerStatus(status: unknown): unknown {
  return /^(APPROVED|DENIED|PEND.*|CANCELL?ED)$/.test(upperSnake(textOf(status))) ? '' : status;
}

/** An event whose type says that the request is decided or over states so. */
function closingStatus(
  event: Stating,
  answer: Answer | undefined,
  type: string,
  cancels: boolean,
): RequestStatus | undefined {
  if (cancels) return 'CANCELLED';
  if (answer === undefined || event.status !== 'COMPLETED') return undefined;
  if (type === '' || (answerByType(type) === undefined && !isDecisionType(type))) return undefined;
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
    const byType = priorityByType(type);
    if (byType === 'STANDARD' || flagOf(find('expeditedenied', 'expediteddenied', 'downgraded')) === true)
      return 'STANDARD';
    if (byType === 'EXPEDITED' || flagOf(find('upgraded')) === true) return 'EXPEDITED';
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

function answerOfLine(line: unknown): Answer | null {
  if (!isFields(line)) return answerSaid(line);
  return answerSaid(finder(line)(...actionNames, 'action', 'disposition', 'outcome', 'status'));
}

/** What lines come to of which each has ended without a decision; undefined where any is, or may be, decided. */
function endOfLines(value: unknown): Answer | undefined {
  const ends = new Set(Array.isArray(value) ? value.map(answerOfLine) : []);
  if (ends.size === 0 || ![...ends].every((end) => end !== null && isEnd(end))) return undefined;
  const [end] = ends;
  return ends.size === 1 && end ? end : 'withdrawn';
}

/** `{approved, denied, pended}`, or a list of each line's answer. */
function linesOf(value: unknown, find: Find): LineCounts | undefined {
  const counts: LineCounts = { approved: 0, modified: 0, denied: 0, pended: 0 };
  if (Array.isArray(value)) {
    const answers = value.map(answerOfLine);
    // Lines that are listed without what was decided of any say nothing.
    if (answers.every((answer) => answer === null)) return undefined;
    for (const answer of answers) {
      if (answer === 'approved') counts.approved++;
      else if (answer === 'partial') counts.modified++;
      else if (answer === 'denied') counts.denied++;
      else if (answer === null || !isEnd(answer)) counts.pended++;
    }
    return counts;
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
  const byType = extensionByType(type);
  // FHIR's extensions have nothing to do with it.
  const named = find('extension', 'extended', 'timeframeextension', 'deadlineextension');
  const value = Array.isArray(named) || (isFields(named) && named.url !== undefined) ? undefined : named;
  const days =
    find('extensiondays', 'extendeddays', 'daysextended') ??
    (byType === undefined ? undefined : find('days'));
  if (value === undefined && days === undefined && byType === undefined) return undefined;
  const own = isFields(value) ? finder(value) : undefined;
  const said = upperSnake(textOf(own?.('status', 'outcome', 'decision') ?? (own ? '' : value)));
  if ((flagOf(value) === false && byType === undefined) || saysRefusal.test(said)) return undefined;
  const stated =
    own?.('days', 'extensiondays', 'lengthdays', 'length') ?? days ?? (own ? undefined : countOf(value));
  const length = countOf(stated);
  // A length that is none extends nothing.
  if (stated !== undefined && (length === undefined || length < 1)) return undefined;
  const by = whoOf(
    textOf(
      own?.('by', 'requestedby', 'initiatedby', 'who') ?? find('extensionby', 'extendedby', 'requestedby'),
    ),
  );
  const at = instantOf(
    own?.('at', 'noticeat', 'grantedat', 'requestedat', 'statedat') ?? find('extensionat', 'extendedat'),
  );
  const end =
    own?.('until', 'dueat', 'newdueat', 'extendedto') ?? find('extendeduntil', 'extensionuntil', 'newdueat');
  const until = Number.isNaN(dayNumber(textOf(end))) ? instantOf(end) : textOf(end);
  // An end that is not understood is no reason for all of the 14 days.
  if (end !== undefined && until === undefined && length === undefined) return undefined;
  // What is asked for is granted by that alone only to the member and the provider.
  const isAsked = byType === 'asked' || saysRequest.test(said);
  if (isAsked && by !== 'member' && by !== 'provider') return undefined;
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

const noAppeal = /^(NONE|N|N_A|NO|NOT_[A-Z_]+|ELIGIBLE|AVAILABLE|POSSIBLE|EXPIRED)$/;

function appealOf(find: Find, type: string, event: Stating, intake: string): StatedAppeal | undefined {
  const value = find('appeal', 'appealed', 'isappeal', 'appealstatus');
  const byType = appealByType(type) ?? appealByType(intake);
  const separate = find('appealoutcome', 'appealdecision', 'appealresult', 'appealdisposition');
  const isNone = value === undefined || flagOf(value) === false || noAppeal.test(upperSnake(textOf(value)));
  if (isNone && separate === undefined && byType === undefined) return undefined;
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
  const answers = byType !== undefined || event.eventType === 'RESPONSE_OK';
  return defined({
    receivedAt: instantOf(
      own?.('receivedat', 'filedat', 'requestedat', 'at') ??
        find('appealreceivedat', 'appealedat', 'appealfiledat'),
    ),
    outcome: appealWord(said) ?? byType?.outcome ?? (answers ? beside : undefined),
    decidedAt: instantOf(own?.('decidedat', 'resolvedat') ?? find('appealdecidedat')),
  });
}

type Find = ReturnType<typeof finder>;

/** By any of its names, also beside the answer one level further down, or among the extensions of FHIR's review action. */
function givesReason({ metadata }: Stating, find: Find): boolean {
  if (!isBlank(find(...reasonNames))) return true;
  const below = Object.values(metadata ?? {}).filter(isFields);
  if (below.some((place) => !isBlank(finder(place)(...reasonNames)))) return true;
  return below.some(
    ({ extension }) =>
      Array.isArray(extension) &&
      extension.some((one) => isFields(one) && /reasonCode$/i.test(textOf(one.url))),
  );
}

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
  if (word === 'true' || word === 'yes' || word === 'y') return true;
  return word === 'false' || word === 'no' || word === 'n' ? false : undefined;
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
