import type { Command } from 'commander';
import type { RejectedEvent } from '../client/read-event-lines.ts';
import { SendInterruptedError, sendEvents } from '../client/send-events.ts';
import type { DoubtfulName } from '../domain/doubtful-names.ts';
import { parsePhiGuard } from '../domain/phi-guard.ts';
import { printable } from '../domain/printable-text.ts';
import { cautionGlyph, countText, plural } from '../domain/words.ts';
import { type Cli, newVerb } from './cli.ts';
import { CliError, ExitCode } from './cli-error.ts';
import { openProgress } from './output/open-output.ts';
import { outcomeGlyph } from './output/paint.ts';
import { printList } from './output/print-list.ts';
import type { Column } from './output/table.ts';
import { readAhead, readEventFile } from './read-event-file.ts';
import type { Session } from './session.ts';

/** Refusals beyond these are counted, not listed: `pagw event validate` lists them. */
const MOST_LISTED = 50;

interface Sent {
  sent: number;
  messages: number;
  requests: number;
  rejected: number;
  /** What the queue itself did not take; later events of the same request were held back. */
  notTaken: { pagwId: string; events: number; code: string }[];
}

export function eventSend(cli: Cli): Command {
  return newVerb('send', [])
    .description('send events to the queue, each request in order; what the contract refuses is left out')
    .requiredOption('-f, --file <file>', 'one JSON object a line, a JSON array, or one event; - is stdin')
    .action(({ file }: { file: string }, command: Command) =>
      cli.run(command, (session) => sendFile(session, file)),
    );
}

async function sendFile(session: Session, file: string): Promise<ExitCode> {
  const { sqs, eventsQueueUrl: queueUrl, phiGuard } = await session.connect();
  const rules = parsePhiGuard(phiGuard);
  const progress = openProgress(session.io.stderr);
  const total: Sent = { sent: 0, messages: 0, requests: 0, rejected: 0, notTaken: [] };
  const requests = new Set<string>();
  const heldBack = new Map<string, { pagwId: string; events: number; code: string }>();
  session.io.signal.addEventListener('abort', () => {
    progress.clear();
    session.say(`${plural(total.sent, 'event')} sent so far; send the same file again to go on.`);
  });
  for await (const part of readAhead(readEventFile(file, session.io, rules))) {
    if (part.rejected.length > 0) progress.clear();
    for (const fault of part.rejected) if (++total.rejected <= MOST_LISTED) tellRejected(session, fault);
    const events = part.accepted.filter(({ pagwId }) => {
      const held = heldBack.get(pagwId);
      if (held !== undefined) held.events += 1;
      return held === undefined;
    });
    for (const { pagwId } of events) requests.add(pagwId);
    const counts = await sendEvents(events, { sqs, queueUrl, signal: session.io.signal }).catch((error) => {
      progress.clear();
      throw interrupted(error, total.sent);
    });
    total.sent += counts.events;
    total.messages += counts.messages;
    for (const refused of counts.refused) heldBack.set(refused.pagwId, { ...refused });
    progress.count(total.sent, null, 'events sent', part.share);
  }
  progress.clear();
  total.requests = requests.size;
  total.notTaken = [...heldBack.values()];
  printSummary(session, total);
  return session.verdict;
}

function tellRejected(session: Session, { line, code, path, hint }: RejectedEvent): void {
  const paint = session.paintMessage;
  const where = path === '' ? '' : ` at ${printable(path)}`;
  session.say(
    `${outcomeGlyph('failed', paint)} line ${line}: ${paint(code, 'red')}${where}. ${printable(hint)}`,
  );
}

function printSummary(session: Session, total: Sent): void {
  const fails = total.rejected > 0 || total.notTaken.length > 0;
  session.verdict = fails ? ExitCode.failure : ExitCode.fine;
  if (session.options.output === 'csv') session.printCounts({ ...total, notTaken: total.notTaken.length });
  else session.printCounts(total);
  const paint = session.paintMessage;
  if (total.rejected > MOST_LISTED)
    session.say(`… and ${countText(total.rejected - MOST_LISTED)} more; \`pagw event validate\` lists them.`);
  for (const { pagwId, events, code } of total.notTaken)
    session.say(
      `${outcomeGlyph('failed', paint)} ${printable(pagwId)}: the queue did not take ${plural(events, 'event')} (${code}).`,
    );
  const glyph = outcomeGlyph(fails ? 'failed' : 'done', paint);
  const sent = `${plural(total.sent, 'event')} of ${plural(total.requests, 'request')} sent`;
  const refused = total.rejected > 0 ? `, ${countText(total.rejected)} refused` : '';
  session.say(`${glyph} ${sent} in ${plural(total.messages, 'message')}${refused}.`);
}

function interrupted(error: unknown, before: number): unknown {
  if (!(error instanceof SendInterruptedError)) return error;
  return new CliError({
    code: 'QUEUE_UNAVAILABLE',
    message: `The queue stopped answering after ${plural(before + error.sent.events, 'event')}.`,
    hint: 'Send the same file again: events that have an eventId are recorded once, however often they are sent.',
    retryable: true,
    cause: error,
  });
}

/** Of the refusals, what is printed; all are counted. */
const DEFAULT_LIMIT = 1_000;

const COLUMNS: Column<RejectedEvent>[] = [
  { title: 'LINE', cell: ({ line }) => line, align: 'right' },
  { title: 'CODE', cell: ({ code }) => ({ text: code, style: 'red' }) },
  { title: 'PATH', cell: ({ path }) => path, least: 8 },
  { title: 'WHAT TO DO', cell: ({ hint }) => ({ text: hint, style: 'dim' }), least: 20 },
];

interface Options {
  file: string;
  strict?: boolean;
  metadataKey?: string[];
}

export function eventValidate(cli: Cli): Command {
  return newVerb('validate', ['limit'])
    .description('judge events by the contract, offline; exit code 1 when any is refused')
    .requiredOption('-f, --file <file>', 'one JSON object a line, a JSON array, or one event; - is stdin')
    .option('--strict', "at the PHI guard's strict level, as a production tracker judges")
    .option('--metadata-key <key...>', 'metadata keys that the tracker knows beside the catalogue')
    .action(({ file, strict, metadataKey }: Options, command: Command) =>
      cli.run(command, async (session) => {
        const refused: RejectedEvent[] = [];
        const warnings = new Map<string, DoubtfulName & { events: number }>();
        const limit = session.options.limit ?? DEFAULT_LIMIT;
        const level = strict === true ? 'strict' : 'patterns';
        const rules = parsePhiGuard(JSON.stringify({ level, metadataKeys: metadataKey }));
        let valid = 0;
        let invalid = 0;
        for await (const { accepted, rejected } of readEventFile(file, session.io, rules)) {
          valid += accepted.length;
          for (const { doubts = [] } of accepted)
            for (const { path, didYouMean } of doubts) {
              const key = `${path} ${didYouMean}`;
              const warning = warnings.get(key) ?? { path, didYouMean, events: 0 };
              warnings.set(key, { ...warning, events: warning.events + 1 });
            }
          invalid += rejected.length;
          refused.push(...rejected.slice(0, limit - refused.length));
        }
        session.verdict = invalid > 0 ? ExitCode.failure : ExitCode.fine;
        const sentence = `${plural(valid, 'event')} valid, ${invalid} refused.`;
        printList(session, {
          name: 'refused',
          rows: refused,
          columns: COLUMNS,
          fields: ['line', 'code', 'path', 'hint'],
          empty: sentence,
          beside: { warnings: [...warnings.values()] },
        });
        for (const { path, didYouMean, events } of [...warnings.values()].slice(0, MOST_LISTED))
          session.say(
            `${session.paintMessage(cautionGlyph, 'yellow')} ${printable(path)} of ${plural(events, 'event')}: not understood; did you mean ${didYouMean}?`,
          );
        if (invalid > 0 || session.options.output !== 'table') session.say(sentence);
        if (refused.length < invalid)
          session.say(`The first ${refused.length} are shown; --limit shows more.`);
        return session.verdict;
      }),
    );
}
