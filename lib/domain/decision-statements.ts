import { answerMeant, answerOf, answerSaid, answerWord, isEnd, isUntold, outcomeWord } from './answer.ts';
import { answerByType, isDecisionType, isUpdateType, namesAppeal, priorityByType } from './decision-types.ts';
import { laneOf, upperSnake } from './event-catalogue.ts';
import { appealOf, extensionOf } from './extension-and-appeal.ts';
import { pointerStep } from './json-pointer.ts';
import { RememberedTexts } from './remembered-texts.ts';
import { comparedName, type Find, finder, type Kind, type Notes, noNotes } from './stated-fields.ts';
import { countOf, flagOf, isBlank, isFields, type StatedFields, textOf, wholeOf } from './stated-values.ts';
import { defined, type FindStatement, type StatementName, statementNames, time } from './statement-names.ts';
import type {
  Answer,
  Drugs,
  EventStatus,
  LineCounts,
  Priority,
  RequestKind,
  RequestStatus,
  StatedRequest,
} from './tracked-event.ts';

interface Stating {
  stage: string;
  eventType: string;
  /** Whether the type is one of the catalogue. */
  known: boolean;
  status: EventStatus;
  request: StatedFields | null;
  metadata: StatedFields | null;
}

/**
 * What an event states of its request's decision, under `request` or in its metadata, in any spelling of the names (`planId`,
 * `plan_id`), or by a type of its own (`APPEAL_RECEIVED`, `EXTENSION_GRANTED`, `REQUEST_CANCELLED`). What is not understood
 * is not stated, but told. docs/contract/README.md lists the names.
 */
export function decisionStatements(event: Stating): { stated: Partial<StatedRequest>; notes: Notes } {
  const notes: Notes = { notUnderstood: [], asked: event.request === null ? null : new Set() };
  if (event.status === 'FAILED' || statesNothing(event)) return { stated: {}, notes };
  const find = finder(notes, ['/request', event.request], ['/metadata', event.metadata]);
  return { stated: statementsIn(event, find), notes };
}

const isStatementName: ReadonlySet<string> = new Set(statementNames);

/** Most events: of a type that decides nothing by itself, and with none of the names. Objects may hold an answer or a reason. */
function statesNothing({ eventType, known, request, metadata }: Stating): boolean {
  if (request !== null || !(known || isSilent(eventType))) return false;
  for (const name in metadata)
    if (isStatementName.has(comparedName(name)) || isFields(metadata[name])) return false;
  return true;
}

/** Whether a type outside the catalogue says nothing by itself. */
function isSilent(eventType: string): boolean {
  const remembered = silentTypes.get(eventType);
  if (remembered !== undefined) return remembered;
  const alone = {
    eventType,
    known: false,
    stage: '',
    status: 'COMPLETED',
    request: null,
    metadata: null,
  } as const;
  return silentTypes.remember(eventType, Object.keys(statementsIn(alone, finder(noNotes()))).length === 0);
}

const silentTypes = new RememberedTexts<boolean>({ longest: 64, most: 2_000 });

function statementsIn(event: Stating, find: FindStatement): Partial<StatedRequest> {
  const type = event.known ? '' : upperSnake(event.eventType);
  const said = upperSnake(textOf(find('requesttype')) || textOf(event.request?.type));
  const isIntake = event.eventType === 'REQUEST_RECEIVED' || (type !== '' && saysReceipt.test(type));
  const lines = find(...lineNames);
  const answer = endOfLines(lines) ?? statedAnswer(event, find, type, isIntake ? said : '');
  if (answerTypes.has(event.eventType) || isDecisionType(type)) tellUntold(event, find);
  return defined({
    plan: find.as(name, ...planNames),
    delegate: find.as(name, 'delegate', 'delegateid', 'delegatedto', 'delegatedentity'),
    drugs: drugsOf(find, said),
    kind: kindOf(said),
    ...statedPriority(event, find, type),
    expedited: isEarly(event.stage) ? find.as(flag, ...urgencyNames(event)) : undefined,
    answer,
    status: closingStatus(event, answer, type, isIntake && saysCancel.test(said)),
    lines: linesOf(lines, find),
    reasonGiven: givesReason(event, find, lines) ? (true as const) : undefined,
    pendReason: pendReasonOf(find, event),
    receivedAt: receiptOf(event, find),
    notifiedAt: find.as(time, 'notifiedat', 'noticeat', 'noticesentat', 'notificationsentat', 'deliveredat'),
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
] as const;
const lineNames = ['lines', 'linecounts', 'lineitems', 'linesummary'] as const;
/** In metadata only the submission's: of any other event they speak of the receipt of something else. */
function receiptOf({ eventType, request }: Stating, find: FindStatement): string | undefined {
  if (eventType !== 'REQUEST_RECEIVED' && request === null) return undefined;
  const place: FindStatement =
    eventType === 'REQUEST_RECEIVED' ? find : finder(find.notes, ['/request', request]);
  return place.as(time, 'receivedat');
}

/** PARSE_OK's own flag is read as it stands (request-effects.ts), unless it is spelled or written otherwise. */
function urgencyNames({ eventType, metadata }: Stating): StatementName[] {
  const names: StatementName[] = ['expedited', 'isexpedited', 'urgent', 'isurgent'];
  const isPlain = eventType !== 'PARSE_OK' || typeof metadata?.hasUrgent === 'boolean';
  return isPlain ? names : [...names, 'hasurgent'];
}

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
] as const;

const pendReasonNames = [
  'pendreason',
  'pendreasoncode',
  'pendingreason',
  'pendcode',
  'pendedreason',
] as const;

const saysReceipt = /(^|_)(RECEIVED|SUBMITTED|SUBMIT)(_OK)?$/;
const saysCancel = /CANCEL|WITHDRAW|VOID/;

function begins(event: Stating, find: FindStatement, type: string, intake: string): boolean {
  if (isUpdateType(intake) || isUpdateType(type)) return true;
  return event.eventType === 'REQUEST_RECEIVED' && (find.as(episode, 'episode', 'episodeno') ?? 1) > 1;
}

function statedAnswer(event: Stating, find: FindStatement, type: string, intake: string): Answer | undefined {
  if (namesAppeal(type) || namesAppeal(intake)) return undefined;
  if (saysCancel.test(intake)) return intake.includes('VOID') ? 'void' : 'withdrawn';
  const action = actionSaid(find);
  const decision = find(...decisionNames);
  const named = action ?? answerWord(textOf(decision));
  const beside = understood(event.request) ?? answerWord(textOf(finerStatus(event.request?.status)));
  const byType =
    type === ''
      ? undefined
      : (answerByType(type) ?? (isDecisionType(type) ? understood(event.metadata) : undefined));
  const closing = textOf(
    find('closereason', 'cancelreason', 'cancellationreason', 'statusreason', 'closedas'),
  );
  const answer = named ?? beside ?? byType ?? answerElsewhere(event) ?? flaggedAnswer(event, find);
  // Why it was cancelled says which of the ends it is.
  const reason =
    answer === 'withdrawn' || answer === undefined
      ? (answerWord(closing) ?? answerByType(upperSnake(closing)))
      : undefined;
  if (reason !== undefined && isEnd(reason)) return reason;
  const isAnswer = event.eventType === 'RESPONSE_OK' && answerOf(event.metadata) === null;
  const says = decision !== undefined || answerOf(event.request) !== null;
  return answer ?? (isAnswer && says ? 'unclear' : undefined);
}

/** Under all of its names; of several that differ, none counts. */
function actionSaid(find: Find<(typeof actionNames)[number]>): Answer | null {
  return answerSaid(actionNames.map((name) => find(name)).filter((value) => value !== undefined));
}

/**
 * What an answer or the payer's result says under any spelling of the names, or one level further down: an action before a
 * disposition, and that before an outcome; of several that stand equally deep and differ, none counts.
 */
function answerElsewhere({ eventType, metadata }: Stating): Answer | undefined {
  if (metadata === null || !answerTypes.has(eventType)) return undefined;
  const below = Object.values(metadata).filter(isFields);
  for (const names of [actionNames, ['disposition'], ['outcome']] as const) {
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

/** `"approved": true`; that nothing of the kind is so says no more than that there is an answer. */
function flaggedAnswer({ eventType, metadata }: Stating, find: FindStatement): Answer | undefined {
  if (!answerTypes.has(eventType) || answerOf(metadata) !== null) return undefined;
  const flags = flagNames.map((name) => [name, flagOf(find(name))] as const);
  const said = flags.filter(([, flag]) => flag === true);
  if (said.length === 1) return answerWord(said[0]?.[0] ?? '');
  return flags.some(([, flag]) => flag !== undefined) ? 'unclear' : undefined;
}

function answerUnder(names: readonly string[], place: StatedFields): Answer | null {
  const find = finder(noNotes(), ['', place]);
  if (names === actionNames) return actionSaid(find);
  return names[0] === 'outcome' ? answerOf({ outcome: find('outcome') }) : answerSaid(find(...names));
}

/** Of what decides, in the order in which it does: the first that is stated, where nobody understands it. */
function tellUntold({ eventType, request, metadata }: Stating, { notes }: FindStatement): void {
  const below = Object.entries(metadata ?? {}).filter((entry): entry is [string, StatedFields] =>
    isFields(entry[1]),
  );
  const find = finder(
    notes,
    ['/request', request],
    ['/metadata', metadata],
    ...below.map(([name, fields]): [string, StatedFields] => [`/metadata${pointerStep(name)}`, fields]),
  );
  find.as(untoldLines, ...lineNames);
  const ofCall = payerTypes.has(eventType);
  for (const names of [actionNames, decisionNames, ['disposition'], ofCall ? [] : ['outcome']] as const) {
    if (find(...names) === undefined) continue;
    find.as(names[0] === 'outcome' ? untoldOutcome : untoldAnswer, ...names);
    return;
  }
}

const actionNames = ['hcr01', 'reviewaction', 'reviewactioncode'] as const;
const decisionNames = [
  'reviewdecision',
  'actioncode',
  'certificationaction',
  'decision',
  'determination',
] as const;
const flagNames = ['approved', 'denied', 'pended'] as const;
const payerTypes: ReadonlySet<string> = new Set(['CALLBACK_OK', 'DOWNSTREAM_OK']);
const answerTypes: ReadonlySet<string> = new Set(['RESPONSE_OK', 'WORKFLOW_COMPLETE', ...payerTypes]);

/** An answer as metadata gives it, unless nobody understands it. */
function understood(fields: StatedFields | null): Answer | undefined {
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

function statedPriority(
  event: Stating,
  find: FindStatement,
  type: string,
): Pick<StatedRequest, 'priority' | 'reprioritised'> {
  // Beside a priority that is stated: whoever moves it may repeat how it was requested.
  const moved = movedPriority(find, type);
  if (moved !== undefined) return { priority: moved, reprioritised: 'moved' };
  if (isBlank(event.request?.priority)) {
    const changed = changedPriority(find, type);
    if (changed !== undefined) return { priority: changed, reprioritised: 'changed' };
  }
  // A queue has a priority, too.
  const mayState = isEarly(event.stage) || laneOf(event.stage) === 'unknown';
  const priority = mayState ? priorityWord(textOf(event.metadata?.priority)) : undefined;
  return priority === undefined ? {} : { priority };
}

/** What it was moved to from the other one, by the type or by a flag that says so. */
function movedPriority(find: FindStatement, type: string): Priority | undefined {
  const byType = priorityByType(type);
  if (byType === 'STANDARD' || find.as(flag, 'expeditedenied', 'expediteddenied', 'downgraded'))
    return 'STANDARD';
  return byType === 'EXPEDITED' || find.as(flag, 'upgraded') ? 'EXPEDITED' : undefined;
}

/** Which one it is now. */
function changedPriority(find: FindStatement, type: string): Priority | undefined {
  return /(^|_)PRIORITY(_|$)/.test(type)
    ? find.as(priority, 'newpriority', 'topriority', 'to')
    : find.as(priority, 'newpriority');
}

const expeditedWords = new Set(['EXPEDITED', 'EXPEDITE', 'URGENT', 'STAT', 'ASAP']);
const standardWords = new Set(['STANDARD', 'ROUTINE', 'NORMAL', 'NON_URGENT', 'NONURGENT', 'DEFERRED']);

/** The rule's words, and those of FHIR's request-priority and process-priority. */
export function priorityWord(text: string): Priority | undefined {
  const word = upperSnake(text);
  if (expeditedWords.has(word)) return 'EXPEDITED';
  return standardWords.has(word) ? 'STANDARD' : undefined;
}

function drugsOf(find: FindStatement, said: string): Drugs | undefined {
  const stated = find.as(
    drugs,
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
  if (stated !== undefined) return stated;
  const category =
    upperSnake(textOf(find('category', 'itemtype', 'servicetype', 'benefit', 'benefittype'))) ||
    said.replace(/^PAS_|_REQUEST$/g, '');
  if (/^(DRUG|DRUGS|MEDICATION|MEDICATIONS|PART_B_DRUGS?|MEDICAL_DRUGS?)$/.test(category)) return 'medical';
  return /^(PHARMACY|PART_D|RX)(_DRUGS?)?$/.test(category) ? 'pharmacy' : undefined;
}

/** A flag, how many there are, or which benefit they are of. */
function drugsSaid(value: unknown): Drugs | undefined {
  const isSo = flagOf(value) ?? countOf(value);
  if (isSo !== undefined) return isSo ? 'medical' : 'none';
  return drugsWord(textOf(value));
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
  return answerSaid(isFields(line) ? actionOfLine(line) : line);
}

function actionOfLine(line: StatedFields): unknown {
  return finder(noNotes(), ['', line])(...actionNames, 'action', 'disposition', 'outcome', 'status');
}

/** In whole or in part. */
function isDenied(line: StatedFields): boolean {
  const answer = answerOfLine(line);
  return answer === 'denied' || answer === 'partial';
}

/** What lines come to of which each has ended without a decision; undefined where any is, or may be, decided. */
function endOfLines(value: unknown): Answer | undefined {
  const ends = new Set(Array.isArray(value) ? value.map(answerOfLine) : []);
  if (ends.size === 0 || ![...ends].every((end) => end !== null && isEnd(end))) return undefined;
  const [end] = ends;
  return ends.size === 1 && end ? end : 'withdrawn';
}

type LineName = 'approved' | 'certified' | 'modified' | 'partial' | 'denied' | 'pended' | 'pending';

/** `{approved, denied, pended}`, or a list of each line's answer. */
function linesOf(value: unknown, find: FindStatement): LineCounts | undefined {
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
  const own = find.inside(...lineNames);
  const of = (...names: LineName[]) =>
    own
      ? own.as(count, ...names)
      : find.as(count, ...names.flatMap((one) => [`lines${one}`, `${one}lines`] as const));
  const numbers = {
    approved: of('approved', 'certified'),
    modified: of('modified', 'partial'),
    denied: of('denied'),
    pended: of('pended', 'pending'),
  };
  if (Object.values(numbers).every((count) => count === undefined)) {
    own?.noteOthers(count);
    return undefined;
  }
  for (const [name, number] of Object.entries(numbers)) counts[name as keyof LineCounts] = number ?? 0;
  return counts;
}

/**
 * By any of its names, also beside the answer one level further down, of a line that is denied, or among the extensions of FHIR's
 * review action.
 */
function givesReason({ metadata }: Stating, find: FindStatement, lines: unknown): boolean {
  if (isReason(find(...reasonNames))) return true;
  const denied = [lines].flat().filter(isFields).filter(isDenied);
  const below = [metadata ?? {}, ...denied].flatMap(Object.values).concat(denied).filter(isFields);
  if (below.some((place) => isReason(finder(noNotes(), ['', place])(...reasonNames)))) return true;
  return below.some(
    ({ extension }) =>
      Array.isArray(extension) &&
      extension.some((one) => isFields(one) && /reasonCode$/i.test(textOf(one.url)) && isReason(one)),
  );
}

const noReason =
  /^(NONE|N_?A|NULL|UNKNOWN|UNSPECIFIED|NOT_(GIVEN|STATED|PROVIDED|SPECIFIED|AVAILABLE|APPLICABLE))$/;

/** A code or a text, by itself, in a list or in FHIR's Coding, CodeableConcept or extension; words for none are none. */
function isReason(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isReason);
  if (!isFields(value))
    return value === true || (textOf(value) !== '' && !noReason.test(upperSnake(textOf(value))));
  const { system, url, ...said } = value;
  return Object.values(said).some(isReason);
}

function isEarly(stage: string): boolean {
  return stage === 'ORCHESTRATION' || stage === 'PARSING';
}

const NAME_LENGTH = 64;

/** By a name of its own, else the reason of an answer that pends. Reasons are known by their codes or a few words, never by text. */
function pendReasonOf(find: FindStatement, { request, metadata }: Stating): string | undefined {
  const named = textOf(find(...pendReasonNames));
  const pends = answerOf(request) === 'pended' || answerOf(metadata) === 'pended';
  const reason = upperSnake(named !== '' || !pends ? named : textOf(find(...reasonNames)));
  return /^[A-Z0-9]+(_[A-Z0-9]+){0,5}$/.test(reason) && reason.length <= NAME_LENGTH ? reason : undefined;
}

const untold = (isUntold: (value: unknown) => boolean): Kind<never> => ({
  rule: 'answer',
  meant: answerMeant,
  isDoubt: true,
  read: (value) => (isUntold(value) ? undefined : null),
});
const untoldAnswer = untold(isUntold);
const untoldOutcome = untold((value) => isUntold(value, outcomeWord));
const untoldLines = untold(
  (value) =>
    Array.isArray(value) && value.some((line) => isUntold(isFields(line) ? actionOfLine(line) : line)),
);
const count: Kind<number> = { rule: 'range', meant: 'a number of lines', read: wholeOf };
const episode: Kind<number> = { rule: 'range', meant: 'a whole number', read: wholeOf };
const flag: Kind<boolean> = { rule: 'type', meant: 'true or false', read: flagOf };
const drugs: Kind<Drugs> = {
  rule: 'one-of',
  meant: 'one of none, medical, pharmacy, true, false',
  read: drugsSaid,
};
const priority: Kind<Priority> = {
  rule: 'one-of',
  meant: 'one of EXPEDITED, STANDARD',
  read: (value) => priorityWord(textOf(value)),
};
const name: Kind<string> = {
  rule: 'max-length',
  meant: `a text of at most ${NAME_LENGTH} characters`,
  read: (value) => {
    const text = textOf(value);
    return text !== '' && text.length <= NAME_LENGTH ? text : undefined;
  },
};
