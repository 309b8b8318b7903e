import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Database } from '../data-access/database.ts';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import { listActs } from '../data-access/operate.ts';
import {
  countRequests,
  type ListedRequest,
  listRequests,
  REQUESTS_PER_PAGE,
  type RequestFilter,
} from '../data-access/requests.ts';
import { listRetryPauses } from '../data-access/retry-orders.ts';
import { findTimeline, type RequestRow, type TimelineEvent } from '../data-access/timeline.ts';
import { canonicalStage } from '../domain/event-catalogue.ts';
import { pauseText } from '../domain/incident-text.ts';
import { isGoingOut, nextStepOfRequest, requestCommand } from '../domain/next-step.ts';
import { printable } from '../domain/printable-text.ts';
import { coveringPause } from '../domain/retry-orders.ts';
import { requestStatuses } from '../domain/tracked-event.ts';
import { ageText, eventStatusMark, plural, tookText } from '../domain/words.ts';
import {
  alreadyUndeliveredText,
  type ClosingEnd,
  closeRequest,
  closingEnds,
  undeliveredText,
} from '../flows/operate/close-request.ts';
import {
  previewResend,
  type ResendOutcome,
  type ResendPreview,
  resendRefusals,
  resendRequest,
  riskText,
} from '../flows/operate/resend-request.ts';
import { readHistory } from '../flows/retention/read-history.ts';
import { addWatch, type Cli, newVerb, type Verb } from './cli.ts';
import { CliError, ExitCode, requestNotFound, usageError } from './cli-error.ts';
import { momentText, type TimeZone } from './moment-text.ts';
import { addReason, operatorOf, type ReasonOption } from './operator.ts';
import { eventStatusCell, type Paint, requestStatusCell, toneStyle } from './output/paint.ts';
import { type FactLine, factsText, printList, readPages } from './output/print-list.ts';
import type { Cell, Column } from './output/table.ts';
import { timelineText } from './output/timeline-table.ts';
import type { Session } from './session.ts';

interface ListOptions {
  status?: string;
  stage?: string;
  open?: boolean;
}

const DEFAULT_LIMIT = 25;
/** Counting up to here reads an index for a few milliseconds. */
const MOST_COUNTED = 10_000;

const LISTED_FIELDS: (keyof ListedRequest & string)[] = [
  'pagwId',
  'tenant',
  'requestType',
  'priority',
  'status',
  'stage',
  'eventType',
  'eventStatus',
  'attempt',
  'events',
  'failures',
  'errorCode',
  'stuckReason',
  'receivedAt',
  'lastEventAt',
  'completedAt',
  'createdAt',
];

export function requestList(cli: Cli): Command {
  return addWatch(newVerb('list', ['tenant', 'since', 'until', 'limit', 'after']))
    .description('list requests, newest first')
    .addOption(
      new Option('--status <status>', 'only requests of this status')
        .choices(requestStatuses)
        .argParser(parseStatus),
    )
    .option('--stage <stage>', 'only requests whose main lane stands at this stage')
    .option('--open', 'only requests that are in flight')
    .action((options: ListOptions, command: Command) =>
      cli.run(command, async (session) => {
        const { after } = session.options;
        const own = { status: options.status, stage: readStage(options.stage) };
        const connection = await session.connect();
        const database = connection.database('reader');
        const now = connection.now();
        const filter: RequestFilter = {
          ...own,
          ...session.window(now),
          tenant: session.options.tenant,
          openOnly: options.open,
        };
        await refuseUnknownNames(database, filter);
        const { rows, next } = await readPages(
          session.options.limit ?? DEFAULT_LIMIT,
          REQUESTS_PER_PAGE,
          after,
          (limit, from) => listRequests(database, filter, limit, from),
        );
        // Only what an index alone can count, and only from the beginning of the list.
        const countable = !own.status && !own.stage && !options.open && !after && next !== null;
        const count =
          countable && session.options.output === 'table'
            ? await countRequests(database, filter, MOST_COUNTED + 1)
            : undefined;
        printList(session, {
          name: 'requests',
          rows,
          columns: columns(now),
          notes: stuckNotes,
          fields: LISTED_FIELDS,
          empty: 'No request matches.',
          next,
          total:
            count === undefined
              ? undefined
              : { count: Math.min(count, MOST_COUNTED), atLeast: count > MOST_COUNTED },
        });
        return undefined;
      }),
    );
}

function columns(now: Date): Column<ListedRequest>[] {
  return [
    { title: 'REQUEST', cell: ({ pagwId }) => pagwId },
    { title: 'TENANT', cell: ({ tenant }) => tenant, least: 6 },
    { title: 'STATUS', cell: ({ status }) => requestStatusCell(status), least: 8 },
    { title: 'WHERE', cell: whereCell, least: 18 },
    {
      title: 'SEEN',
      cell: ({ lastEventAt }) => lastEventAt && { text: ageText(lastEventAt, now), style: 'dim' },
      align: 'right',
    },
  ];
}

function whereCell({ completedAt, stage, eventStatus }: ListedRequest): Cell {
  if (completedAt !== null) return { text: 'closed', style: 'dim' };
  if (eventStatus === null) return { text: stage ?? '–' };
  // The stage first: what is cut is said by the glyph.
  const { glyph, word, tone } = eventStatusMark(eventStatus);
  return { text: [glyph, stage, word].filter((part) => part !== null).join(' '), style: toneStyle(tone) };
}

function stuckNotes({ stuckReason }: ListedRequest): Cell[] {
  return stuckReason === null ? [] : [{ text: `stuck: ${stuckReason}`, style: 'yellow' }];
}

function parseStatus(text: string): string {
  const status = requestStatuses.find((known) => known === text.trim().toUpperCase());
  if (status === undefined) throw new InvalidArgumentError(`Name one of ${requestStatuses.join(', ')}.`);
  return status;
}

/** Aliases mean their stage; others are taken as they come, since unknown stages are recorded, too. */
function readStage(text: string | undefined): string | undefined {
  return text === undefined ? undefined : (canonicalStage(text) ?? text.trim().toUpperCase());
}

const SHOWN_FIELDS: (keyof TimelineEvent & string)[] = [
  'sequenceNo',
  'occurredAt',
  'stage',
  'eventType',
  'status',
  'attempt',
  'durationMs',
  'errorCode',
  'errorMessage',
  'retryable',
  'nextRetryAt',
  'retryExhaustedAt',
  'externalReference',
  'workerId',
  'serviceName',
  'sender',
  'startedAt',
  'completedAt',
  'createdAt',
  'eventId',
  'disbelieved',
  'metadata',
];

interface ShowOptions {
  metadata?: boolean;
}

export function requestShow(cli: Cli): Command {
  return addWatch(newVerb('show', ['tenant', 'limit']))
    .description('show a request and its events in order')
    .argument('<pagwId>', 'such as PAGW-20251226-00005-A7CEB2B3')
    .option('--metadata', "print each event's metadata below it (JSON always holds it)")
    .action((pagwId: string, { metadata = false }: ShowOptions, command: Command) =>
      cli.run(command, (session) => showRequest(session, pagwId.trim(), metadata)),
    );
}

async function showRequest(session: Session, pagwId: string, metadata: boolean): Promise<undefined> {
  const connection = await session.connect();
  const database = connection.database('reader');
  const { tenant, limit = Number.POSITIVE_INFINITY, output, time } = session.options;
  const found = await findTimeline(database, pagwId, { tenant });
  if (found === undefined) throw await requestNotFound(database, pagwId, tenant);
  const { request, pages } = found;
  const events: TimelineEvent[] = [];
  for await (const page of readHistory(database, connection.s3, request, pages)) {
    events.push(...page.slice(0, limit - events.length));
    if (events.length >= limit) break;
  }
  switch (output) {
    case 'json':
      session.printJson({ request, events });
      break;
    case 'jsonl':
      session.printJsonLines(events.map((event) => ({ pagwId: request.pagwId, ...event })));
      break;
    case 'csv':
      session.printCsv([
        ['pagwId', ...SHOWN_FIELDS],
        ...events.map((event) => [request.pagwId, ...SHOWN_FIELDS.map((field) => event[field])]),
      ]);
      break;
    case 'table': {
      const view = {
        paint: session.paint,
        width: session.width,
        zone: time,
        now: connection.now(),
        metadata,
      };
      const more = await readActsFacts(database, request, {
        ...view,
        command: (text) => session.command(text),
      });
      session.print(`${requestHeadText(request, view, more)}\n${timelineText(events, view)}`);
    }
  }
  if (events.length < request.lastSequenceNo && events.length === limit)
    session.say(`${events.length} of ${plural(request.lastSequenceNo, 'event')}; leave --limit out for all.`);
  return undefined;
}

/** What to do next, and what was done by hand, with name and reason. */
async function readActsFacts(
  database: Database,
  request: RequestRow,
  view: { now: Date; command: (text: string) => string },
): Promise<FactLine[]> {
  const { tenant, mainStage: stage, targetSystem } = request;
  const pauses = await listRetryPauses(database);
  const pause = coveringPause(pauses, { tenant, stage, targetSystem });
  const { rows: acts } = await listActs(database, { pagwId: request.pagwId }, ACTS_SHOWN);
  const step = nextStepOfRequest(request, pause !== undefined, isGoingOut(acts, view.now));
  const isHeld = pause !== undefined && request.retryWaits && request.completedAt === null;
  return [
    ['Paused', isHeld ? pauseText(pause, view.now) : null],
    ['Next', step?.say ?? null],
    ['Command', step && view.command(requestCommand(step, request.pagwId)), 'whole'],
    ...acts.map(
      ({ actedAt, actedBy, action, reason }): FactLine => [
        'By hand',
        `${action} by ${actedBy}, ${ageText(actedAt, view.now)}: ${reason}`,
      ],
    ),
  ];
}

const ACTS_SHOWN = 20;

interface CloseOptions extends ReasonOption {
  as: ClosingEnd;
  second?: string;
}

export function requestClose(cli: Cli): Command {
  return addReason(
    newVerb('close', ['yes'])
      .description('end a request by hand: nothing of it is awaited, retried or alarmed any more')
      .argument('<pagwId>', 'the request')
      .addOption(
        new Option('--as <end>', 'how it ends; a decision is the payer’s to state')
          .choices(closingEnds)
          .makeOptionMandatory(),
      )
      .addOption(new Option('--second <name>', 'who agrees: needed while its decision clock runs'))
      .action((pagwId: string, options: CloseOptions, command: Command) =>
        cli.run(command, async (session) => {
          const { as: end, second } = options;
          const connection = await session.connect();
          await session.confirm(`End request ${pagwId} as ${end} on ${connection.name}?`);
          const request = { pagwId, end, second, ...(await operatorOf(options, session)) };
          const outcome = await closeRequest(connection.database('operator'), request, connection.now());
          if (outcome === 'not-found') throw await requestNotFound(connection.database('reader'), pagwId);
          if (outcome === 'needs-second')
            throw usageError(
              `The decision clock of ${pagwId} runs: stopping it takes a second person.`,
              'Name who agrees with --second, another person than you.',
            );
          const said = {
            closed: `Closed ${pagwId} as ${end}.`,
            undelivered: `Closed ${pagwId} as ${end}. ${undeliveredText}`,
            'already-closed': `${pagwId} was closed already; nothing was done.`,
            'already-undelivered': `${pagwId} was closed already; nothing was done. ${alreadyUndeliveredText}`,
          };
          session.say(said[outcome]);
          return undefined;
        }),
      ),
  );
}

export interface RequestView {
  paint: Paint;
  width: number | undefined;
  zone: TimeZone;
  now: Date;
}

/** Who, what, where it stands and since when. */
function requestHeadText(request: RequestRow, view: RequestView, more: readonly FactLine[]): string {
  const { paint, zone, now } = view;
  const about = [request.tenant, request.requestType, request.priority].filter((part) => part !== null);
  const title = `${paint(printable(request.pagwId), 'bold')} ${paint(printable(`· ${about.join(' · ')}`), 'dim')}\n`;
  const at = (moment: Date | null) => moment && `${momentText(moment, zone)} · ${ageText(moment, now)}`;
  const { receivedAt, completedAt } = request;
  const facts: FactLine[] = [
    ['Status', statusFact(request)],
    ['Main lane', mainLaneFact(request)],
    ['Received', at(receivedAt)],
    ['Last event', completedAt === null ? at(request.lastEventAt) : null],
    ['Closed', completedAt && `${at(completedAt)}, after ${tookText(+completedAt - +receivedAt)}`],
    ['Archived', at(request.archivedAt)],
    ['Decided', request.decidedAt && `${request.determination ?? '?'} · ${at(request.decidedAt)}`],
    ['Answer', unclearFact(request, zone)],
    ['Decision due', request.clockStoppedAt === null ? at(request.decisionDueAt) : null],
    ['Stuck', stuckFact(request, now)],
    ['Failures', failuresFact(request)],
    ['Correlation', request.correlationId],
    ['Reference', request.externalReferenceId],
    ['Payload', request.payloadKey && `s3://${request.payloadBucket ?? '?'}/${request.payloadKey}`],
    ...more,
  ];
  return title + factsText(facts, paint, view.width);
}

function statusFact({ status, completedAt }: RequestRow): Cell {
  const cell = requestStatusCell(status);
  return { ...cell, text: `${cell.text} · ${completedAt === null ? 'in flight' : 'closed'}` };
}

function unclearFact({ decidedAt, unclearAnswerAt }: RequestRow, zone: TimeZone): Cell | null {
  if (decidedAt !== null || unclearAnswerAt === null) return null;
  return {
    text: `not understood at ${momentText(unclearAnswerAt, zone)}, the decision clock runs on`,
    style: 'yellow',
  };
}

function mainLaneFact(request: RequestRow): Cell | null {
  const { mainStage, mainEventType, mainStatus, mainAttempt, nextStage, targetSystem } = request;
  if (mainStage === null) return null;
  const status = eventStatusCell(mainStatus);
  const attempt = (mainAttempt ?? 1) > 1 ? `, attempt ${mainAttempt}` : '';
  const next = nextStage === null ? '' : ` → ${nextStage}`;
  const target = targetSystem === null ? '' : ` (${targetSystem})`;
  return { ...status, text: `${mainStage}${target} · ${mainEventType} ${status.text}${attempt}${next}` };
}

function stuckFact({ stuckReason, stuckSince }: RequestRow, now: Date): Cell | null {
  if (stuckReason === null) return null;
  const since = stuckSince === null ? '' : `, since ${ageText(stuckSince, now)}`;
  return { text: `${stuckReason}${since}`, style: 'yellow' };
}

function failuresFact({ failureCount, retryCount, lastErrorCode }: RequestRow): string | null {
  if (failureCount === 0) return null;
  const latest = lastErrorCode === null ? '' : `, the latest ${lastErrorCode}`;
  return `${failureCount} failed, ${retryCount} retried${latest}`;
}

type Options = ReasonOption & { acceptSecondCase?: boolean };

export const requestResend: Verb = (cli) =>
  addReason(newVerb('resend', ['yes']))
    .description(
      'send the work once more that a stuck request waits for: no result came, or a hand-off was lost',
    )
    .argument('<pagwId>', 'such as PAGW-20251226-00005-A7CEB2B3')
    .option(
      '--accept-second-case',
      'where the downstream may have the case already: a second one is accepted',
    )
    .action((id: string, options: Options, command: Command) =>
      cli.run(command, async (session) => {
        const pagwId = id.trim();
        const connection = await session.connect();
        const preview = await previewResend(connection.database('reader'), pagwId);
        if (preview === 'not-found') throw await requestNotFound(connection.database('reader'), pagwId);
        if (typeof preview === 'string') throw refusal(preview);
        const riskAccepted = options.acceptSecondCase === true;
        if (preview.mayBeKnown && !riskAccepted)
          throw usageError(riskText(preview), 'Ask there first; then add --accept-second-case.');
        await session.confirm(`${printable(sentence(preview))}?`);
        const request = { pagwId, riskAccepted, ...(await operatorOf(options, session)) };
        const outcome = await resendRequest(connection.database('operator'), request, connection.now());
        if (outcome === 'waiting')
          session.say(`${printable(pagwId)} was asked for already and goes out next.`);
        else if (outcome !== 'requested') throw refusal(outcome);
        else
          session.say(
            'Goes out within a minute, unless a pause holds it. Over once its outcome is recorded.',
          );
        return undefined;
      }),
    );

function sentence({ stage, attempt, request }: ResendPreview): string {
  return `Send ${request.pagwId} to ${stage} once more, as attempt ${attempt}`;
}

function refusal(outcome: Exclude<ResendOutcome, 'requested' | 'waiting'>): CliError {
  const [message, hint] = resendRefusals[outcome];
  const code = `RESEND_${outcome.toUpperCase().replaceAll('-', '_')}`;
  const exitCode = outcome === 'not-found' ? ExitCode.notFound : ExitCode.failure;
  return new CliError({ code, message, hint, exitCode });
}
