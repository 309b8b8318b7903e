import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Command } from 'commander';
import { BYTES_PER_BATCH } from '../client/send-message-batch.ts';
import { recordOperatorAction } from '../data-access/operate.ts';
import { ageText, countText, plural } from '../domain/words.ts';
import { takenEntries } from '../flows/retry/send-retry-commands.ts';
import { newVerb, type Verb } from './cli.ts';
import { CliError, ExitCode } from './cli-error.ts';
import type { Connection } from './connection.ts';
import { operatorOf, type ReasonOption, reasonMissing, reasonOption } from './operator.ts';
import { openProgress } from './output/open-output.ts';
import { outcomeGlyph } from './output/paint.ts';
import { printList } from './output/print-list.ts';
import { type Column, tableText } from './output/table.ts';

const DEFAULT_LIMIT = 10;

export const deadLettersList: Verb = (cli) =>
  newVerb('list', ['limit'])
    .description('count the events that could not be recorded in 1,000 deliveries, and show some of them')
    .action((_options: object, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        const queueUrl = needDeadLetterQueue(connection);
        const total = await countDeadLetters(connection.sqs, queueUrl);
        const most = session.options.limit ?? DEFAULT_LIMIT;
        const rows = total === 0 ? [] : await peekDeadLetters(connection.sqs, queueUrl, most);
        printList(session, {
          name: 'deadLetters',
          rows,
          columns: deadLetterColumns(connection.now()),
          fields: ['messageId', 'group', 'setAsideAt', 'bytes'],
          empty:
            total === 0 ? 'There are no dead letters.' : 'The dead letters are being looked at; try again.',
        });
        if (rows.length > 0)
          session.say(`${countText(rows.length)} of about ${plural(total, 'dead letter')} shown.`);
        return undefined;
      }),
    );

function deadLetterColumns(now: Date): Column<DeadLetter>[] {
  return [
    { title: 'REQUEST', cell: ({ group }) => group },
    { title: 'SET ASIDE', cell: ({ setAsideAt }) => ageText(setAsideAt, now), align: 'right' },
    { title: 'BYTES', cell: ({ bytes }) => countText(bytes), align: 'right' },
    { title: 'MESSAGE', cell: ({ messageId }) => messageId },
  ];
}

const SAMPLE = 5;

type Options = Partial<ReasonOption> & { dryRun?: boolean };

export const deadLettersRedrive: Verb = (cli) =>
  newVerb('redrive', ['yes'])
    .addOption(reasonOption())
    .description('send every dead letter to the events queue again, in order within each request')
    .option('--dry-run', 'only count, and show a sample')
    .action(({ reason, dryRun }: Options, command: Command) =>
      cli.run(command, async (session) => {
        if (reason === undefined && dryRun !== true) throw reasonMissing();
        const connection = await session.connect();
        const { sqs, eventsQueueUrl } = connection;
        const from = needDeadLetterQueue(connection);
        const operator = connection.database('operator');
        // What cannot be recorded now would only begin its 1,000 deliveries again.
        await operator.execute('SELECT 1 AS answers');
        const total = await countDeadLetters(sqs, from);
        session.say(total === 0 ? 'There are no dead letters.' : `About ${plural(total, 'dead letter')}:`);
        const done = { moved: 0, notTaken: 0 };
        if (total > 0) {
          const sample = await peekDeadLetters(sqs, from, SAMPLE);
          const columns = deadLetterColumns(connection.now());
          session.say(tableText(sample, { columns, paint: session.paintMessage, width: session.width }));
        }
        if (total > 0 && dryRun !== true && reason !== undefined) {
          const acting = await operatorOf({ reason }, session);
          await session.confirm(`Send ${plural(total, 'dead letter')} to ${connection.name} again?`);
          const progress = openProgress(session.io.stderr);
          const onMoved = (moved: number) => progress.count(moved, total, 'sent again');
          const { signal } = session.io;
          Object.assign(done, await moveDeadLetters({ sqs, from, to: eventsQueueUrl, onMoved, signal }));
          progress.clear();
          await recordOperatorAction(
            operator,
            {
              action: 'dead-letters.redrive',
              filter: {},
              affected: done.moved,
              ...acting,
            },
            connection.now(),
          );
        }
        session.verdict = done.notTaken > 0 ? ExitCode.failure : ExitCode.fine;
        if (session.options.output !== 'table') session.print(`${JSON.stringify({ total, ...done })}\n`);
        if (total === 0 || dryRun === true) return undefined;
        const paint = session.paintMessage;
        const glyph = outcomeGlyph(done.notTaken > 0 ? 'failed' : 'done', paint);
        const others = done.notTaken > 0 ? `, ${countText(done.notTaken)} not taken by the queue` : '';
        session.say(`${glyph} ${plural(done.moved, 'dead letter')} sent again${others}.`);
        return session.verdict;
      }),
    );

/** An event message that was set aside. Never its body, which may hold anything. */
export interface DeadLetter {
  messageId: string;
  /** The request's id, as producers send it. */
  group: string;
  setAsideAt: Date;
  bytes: number;
}

const PER_CALL = 10;
/** How long a letter is out of sight that was only looked at, and longer than that, for which the next call waits. */
const PEEK_SECONDS = 1;
const WAIT_SECONDS = 3;
/** How long it may take to send what was received, and to delete it. */
const MOVE_SECONDS = 120;

/** @throws CliError when the tracker names no dead-letter queue. */
function needDeadLetterQueue({ name, deadLetterQueueUrl }: Connection): string {
  if (deadLetterQueueUrl !== undefined) return deadLetterQueueUrl;
  throw new CliError({
    code: 'NO_DEAD_LETTER_QUEUE',
    message: `${name} does not say where its dead letters are.`,
    hint: 'Deploy or start this version of the tracker.',
  });
}

/** How many there are, about. */
async function countDeadLetters(sqs: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return (
    Number(Attributes?.ApproximateNumberOfMessages ?? 0) +
    Number(Attributes?.ApproximateNumberOfMessagesNotVisible ?? 0)
  );
}

/** Looks at up to `most`; they are out of sight for a second. */
async function peekDeadLetters(sqs: SQSClient, queueUrl: string, most: number): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  const seen = new Set<string>();
  while (letters.length < most) {
    const messages = await receive(sqs, queueUrl, Math.min(PER_CALL, most - letters.length), PEEK_SECONDS);
    const unseen = messages.map(toDeadLetter).filter(({ messageId }) => !seen.has(messageId));
    if (unseen.length === 0) break;
    for (const { messageId } of unseen) seen.add(messageId);
    letters.push(...unseen);
  }
  return letters;
}

export interface Move {
  sqs: SQSClient;
  from: string;
  to: string;
  /** Called with how many have been moved. */
  onMoved?: (moved: number) => void;
  signal?: AbortSignal;
}

/**
 * Sends every dead letter to a queue and deletes it, group by group in order, with the ids it had: one that was sent and
 * not deleted is dropped by the queue when it is sent again within five minutes, and recorded once however late. Where
 * one is not taken, the rest of its group waits behind it.
 * @returns how many were moved, and how many were not taken.
 */
async function moveDeadLetters(move: Move): Promise<{ moved: number; notTaken: number }> {
  const total = { moved: 0, notTaken: 0 };
  while (move.signal?.aborted !== true) {
    const messages = await receive(move.sqs, move.from, PER_CALL, MOVE_SECONDS);
    if (messages.length === 0) break;
    const taken = await send(messages, move);
    await remove(taken, move);
    total.moved += taken.length;
    total.notTaken += messages.length - taken.length;
    move.onMoved?.(total.moved);
  }
  return total;
}

async function receive(
  sqs: SQSClient,
  queueUrl: string,
  most: number,
  visibilitySeconds: number,
): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: most,
      VisibilityTimeout: visibilitySeconds,
      WaitTimeSeconds: WAIT_SECONDS,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages;
}

/**
 * One of each group a call, as many as it takes: in a call that takes some and not others, a later one could overtake an
 * earlier one.
 */
async function send(messages: readonly Message[], { sqs, to }: Move): Promise<Message[]> {
  const taken: Message[] = [];
  let groups = [...Map.groupBy(messages, groupOf).values()];
  while (groups.length > 0) {
    const wave = firstThatFit(groups);
    const answer = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: to,
        Entries: wave.map((message, position) => ({
          Id: String(position),
          MessageBody: message.Body ?? '',
          MessageGroupId: groupOf(message),
          MessageDeduplicationId: message.Attributes?.MessageDeduplicationId ?? message.MessageId ?? '',
          ...(message.MessageAttributes === undefined
            ? {}
            : { MessageAttributes: message.MessageAttributes }),
        })),
      }),
    );
    const sent = takenEntries(wave, answer);
    taken.push(...sent);
    // Of a group whose letter was not taken the rest waits.
    const served = groups.slice(0, wave.length).filter((group) => group.some((letter) => sent.has(letter)));
    groups = [...groups.slice(wave.length), ...served.map((group) => group.slice(1))].filter(
      (group) => group.length > 0,
    );
  }
  return taken;
}

/** The first letters of the groups, as many as fit into one call. */
function firstThatFit(groups: readonly Message[][]): Message[] {
  const wave: Message[] = [];
  let bytes = 0;
  for (const message of groups.flatMap((group) => group.slice(0, 1))) {
    bytes += bytesOf(message);
    if (wave.length > 0 && bytes > BYTES_PER_BATCH) break;
    wave.push(message);
  }
  return wave;
}

/** As SQS counts them: the body, and each attribute's name, type and value. */
function bytesOf({ Body = '', MessageAttributes = {} }: Message): number {
  let bytes = Buffer.byteLength(Body);
  for (const [name, { DataType = '', StringValue = '', BinaryValue }] of Object.entries(MessageAttributes))
    bytes += Buffer.byteLength(name + DataType + StringValue) + (BinaryValue?.byteLength ?? 0);
  return bytes;
}

async function remove(messages: readonly Message[], { sqs, from }: Move): Promise<void> {
  if (messages.length === 0) return;
  const Entries = messages.map(({ ReceiptHandle }, position) => ({ Id: String(position), ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: from, Entries }));
}

function toDeadLetter(message: Message): DeadLetter {
  return {
    messageId: message.MessageId ?? '',
    group: groupOf(message),
    setAsideAt: new Date(Number(message.Attributes?.SentTimestamp ?? 0)),
    bytes: Buffer.byteLength(message.Body ?? ''),
  };
}

function groupOf({ Attributes, MessageId = '' }: Message): string {
  return Attributes?.MessageGroupId ?? MessageId;
}
