import { answerWord } from './answer.ts';
import { appealByType, appealWord, extensionByType } from './decision-types.ts';
import { upperSnake } from './event-catalogue.ts';
import { dayNumber } from './local-days.ts';
import type { Kind } from './stated-fields.ts';
import { countOf, flagOf, instantOf, isFields, type StatedFields, textOf } from './stated-values.ts';
import { defined, type FindStatement, type StatementName, time } from './statement-names.ts';
import {
  type AppealOutcome,
  appealOutcomes,
  type StatedAppeal,
  type StatedExtension,
} from './tracked-event.ts';

const EXTENSION_MOST_DAYS = 14;

/** More time, granted or asked for: by a type of its own, or under any of its names. */
export function extensionOf(find: FindStatement, type: string): StatedExtension | undefined {
  const byType = extensionByType(type);
  const value = find(...extensionNames);
  // FHIR's extensions have nothing to do with it.
  const isFhir = Array.isArray(value) || (isFields(value) && value.url !== undefined);
  const own = isFhir ? undefined : find.inside(...extensionNames);
  const alone = isFhir || own ? undefined : find.as(extension, ...extensionNames);
  const lengths: StatementName[] = [
    'extensiondays',
    'extendeddays',
    'daysextended',
    ...(byType === undefined ? [] : (['days'] as const)),
  ];
  const ends = ['extendeduntil', 'extensionuntil'] as const;
  const isStated = own ?? alone ?? byType ?? find(...lengths, ...ends);
  if (isStated === undefined) return undefined;
  const before = find.notes.notUnderstood.length;
  const said =
    own?.as(extension, 'status', 'outcome', 'decision', 'granted', 'approved', 'extended', 'applied') ??
    alone;
  const length =
    own?.as(days, 'days', 'extensiondays', 'lengthdays', 'length') ??
    find.as(days, ...lengths) ??
    alone?.days;
  const until =
    own?.as(end, 'until', 'dueat', 'newdueat', 'extendedto') ??
    find.as(end, ...ends, 'newdueat') ??
    alone?.until;
  if (length === undefined && until === undefined) own?.noteOthers(lengthElsewhere, lengthLike);
  const at =
    own?.as(time, 'at', 'noticeat', 'grantedat', 'requestedat', 'statedat') ??
    find.as(time, 'extensionat', 'extendedat');
  if (said?.says === 'taken-back' || byType?.says === 'taken-back')
    return defined({ days: 0, at }) as StatedExtension;
  // A length that is none extends nothing, and one that is not understood is no reason for all of the 14 days.
  if (length === undefined ? find.notes.notUnderstood.length > before : length < 1) return undefined;
  const by =
    own?.as(who, 'by', 'requestedby', 'initiatedby', 'who') ??
    find.as(
      who,
      'extensionby',
      'extendedby',
      'requestedby',
      ...(byType === undefined ? [] : (['by'] as const)),
    ) ??
    whoOf(byType?.by ?? '');
  if (said?.says === 'no' && (own || byType === undefined)) return undefined;
  const asked = byType?.says === 'asked' || said?.says === 'asked' || undefined;
  return defined({ days: length ?? EXTENSION_MOST_DAYS, by, at, until, asked }) as StatedExtension;
}

const lengthElsewhere = { rule: 'extension', meant: 'the length as "days", or the end as "until"' };
/** Names of a length or an end in another unit or form than is read: `hours`, `duration`, `newDueDate`. */
const lengthLike = /minute|hour|day|week|month|duration|period|value|until|due|deadline|^end|^to$/;
const extensionNames = ['extension', 'extended', 'timeframeextension', 'deadlineextension'] as const;

interface SaidOfExtension {
  says: 'granted' | 'no' | 'asked' | 'taken-back';
  days?: number;
  until?: string;
}

/** What one word, number, flag or time says of an extension. */
function extensionSaid(value: unknown): SaidOfExtension | undefined {
  const isSo = flagOf(value);
  if (isSo !== undefined) return { says: isSo ? 'granted' : 'no' };
  const length = countOf(value);
  if (length !== undefined) return { says: 'granted', days: length };
  const until = endOf(value);
  if (until !== undefined) return { says: 'granted', until };
  const word = upperSnake(textOf(value));
  const byType = word === '' ? undefined : extensionByType(`EXTENSION_${word}`);
  return byType ?? (saysNone.test(word) ? { says: 'no' } : undefined);
}

function endOf(value: unknown): string | undefined {
  const text = textOf(value);
  return Number.isNaN(dayNumber(text)) ? instantOf(value) : text;
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

/** An appeal that was filed or decided, by a type of its own or under any of its names. */
export function appealOf(
  find: FindStatement,
  type: string,
  event: { eventType: string; request: StatedFields | null; metadata: StatedFields | null },
  intake: string,
): StatedAppeal | undefined {
  const value = find(...appealNames);
  const byType = appealByType(type) ?? appealByType(intake);
  const separate = find.as(
    appealOutcome,
    'appealoutcome',
    'appealdecision',
    'appealresult',
    'appealdisposition',
  );
  const own = find.inside(...appealNames);
  const state = own?.as(appealState, 'status', 'state', 'filed', 'appealed', 'requested', 'exists');
  const isNone = value === undefined || deniesAppeal(value) || state === 'none';
  const receivedAt = find.as(time, ...appealTimes);
  if (isNone && (separate ?? byType ?? find(...appealTimes)) === undefined) return undefined;
  const alone = own || isNone ? undefined : find.as(appeal, ...appealNames);
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
  const outcome =
    own?.as(appealOutcome, 'outcome', 'decision', 'result', 'disposition') ??
    (typeof state === 'object' ? state.outcome : undefined) ??
    separate ??
    alone?.outcome;
  return defined({
    receivedAt:
      own?.as(
        time,
        'receivedat',
        'filedat',
        'requestedat',
        'at',
        'receivedon',
        'filedon',
        'receiveddate',
        'fileddate',
      ) ??
      receivedAt ??
      alone?.receivedAt,
    outcome: outcome ?? byType?.outcome ?? (answers ? beside : undefined),
    decidedAt:
      own?.as(time, 'decidedat', 'resolvedat', 'decidedon', 'decideddate', 'decisiondate') ??
      find.as(time, 'appealdecidedat'),
  });
}

const appealTimes = ['appealreceivedat', 'appealedat', 'appealfiledat'] as const;
const appealNames = ['appeal', 'appealed', 'isappeal', 'appealstatus'] as const;

/** `false`, `none`, `not filed`. */
function deniesAppeal(value: unknown): boolean {
  return flagOf(value) === false || noAppeal.test(upperSnake(textOf(value)));
}

/** What one word, flag or time says of an appeal. */
function appealSaid(value: unknown): Pick<StatedAppeal, 'outcome' | 'receivedAt'> | undefined {
  if (flagOf(value) === true) return {};
  const receivedAt = instantOf(value);
  if (receivedAt !== undefined) return { receivedAt };
  const outcome = outcomeOf(value);
  if (outcome !== undefined) return outcome === null ? {} : { outcome };
  return appealByType(`APPEAL_${upperSnake(textOf(value))}`);
}

const undecided =
  /^(OPEN|FILED|RECEIVED|SUBMITTED|ACKNOWLEDGED|ONGOING|IN_PRO(GRESS|CESS)|UNDECIDED|NOT_(YET_)?DECIDED(_YET)?|AWAITING_[A-Z]+)$/;

/** null: the appeal is not decided yet. */
function outcomeOf(value: unknown): AppealOutcome | null | undefined {
  const text = textOf(value);
  const isOpen = answerWord(text) === 'pended' || undecided.test(upperSnake(text));
  return appealWord(text) ?? (isOpen ? null : undefined);
}

const saysNone = /^(NONE|NO|NOT_[A-Z_]+)$/;

const end: Kind<string> = {
  rule: 'timestamp',
  meant: 'ISO 8601 with a zone, such as 2026-03-23T22:00:00Z, or a day, such as 2026-03-23',
  read: endOf,
};
const days: Kind<number> = { rule: 'range', meant: 'a number of days', read: countOf };
const who: Kind<string> = {
  rule: 'one-of',
  meant: 'one of plan, member, provider, delegate',
  read: (value) => whoOf(textOf(value)),
};
const extension: Kind<SaidOfExtension> = {
  rule: 'extension',
  meant: 'it as {"days":14,"by":"plan"}',
  read: extensionSaid,
};
const appeal: Kind<Pick<StatedAppeal, 'outcome' | 'receivedAt'>> = {
  rule: 'appeal',
  meant: 'it as {"receivedAt":"…"}, later {"outcome":"overturned"}',
  read: appealSaid,
};
const appealState: Kind<'none' | Pick<StatedAppeal, 'outcome'>> = {
  ...appeal,
  read: (value) => (deniesAppeal(value) ? 'none' : appealSaid(value)),
};
const appealOutcome: Kind<AppealOutcome> = {
  rule: 'one-of',
  meant: `one of ${appealOutcomes.join(', ')}`,
  read: outcomeOf,
};
