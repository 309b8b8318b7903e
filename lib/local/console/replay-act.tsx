import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { judgeEvents } from '../../client/read-event-lines.ts';
import { sendEvents } from '../../client/send-events.ts';
import { recordOperatorAction } from '../../data-access/operate.ts';
import {
  type FollowedRejection,
  findRejected,
  markRejectedReplayed,
} from '../../data-access/rejected-messages.ts';
import { parsePhiGuard } from '../../domain/phi-guard.ts';
import { prepareReplay, type Replay, readRejectedBody } from '../../flows/operate/replay-rejected.ts';
import { DataText } from '../../views/parts/data-text.tsx';
import { Caution } from '../../views/parts/notice.tsx';
import { badFilter, readText } from '../../views/read-parameters.ts';
import { ViewError, type ViewParameters } from '../../views/view-page.ts';
import type { Act, ActViews } from './act-verbs.tsx';

/** How refused messages are sent again: from the quarantine bucket to the queue that producers send to. */
export interface Replaying {
  s3: S3Client;
  sqs: SQSClient;
  eventsQueueUrl: string;
  /** JSON, as ingest has it; undefined: patterns. */
  phiGuard: string | undefined;
}

/** Judged again by today's contract, before anything is sent. */
export async function planReplay(
  { database, clock, replaying }: ActViews,
  parameters: ViewParameters,
): Promise<Act> {
  const id = readText(parameters, 'id') ?? '';
  if (!/^\d{1,15}$/.test(id)) throw badFilter('A replay needs the number of a rejected message.');
  const rejected = await findRejected(database, Number(id));
  if (rejected === undefined)
    throw new ViewError(
      404,
      'REJECTED_NOT_FOUND',
      'There is no such rejected message.',
      'See the list of them.',
    );
  const replay = await readReplay(replaying, rejected);
  const [stillRefused] = replay?.refusedAgain ?? [];
  return {
    target: `${rejected.id} ${rejected.code}`,
    fields: { id },
    shows: (
      <>
        <p>
          Refused for <DataText value={rejected.code} most={64} mono /> at{' '}
          <DataText value={rejected.path || 'the whole message'} most={200} mono />. Sends it to the queue
          again; what is recorded already is recorded once.
        </p>
        {rejected.replayedAt === null ? null : <Caution>It was replayed before.</Caution>}
        {replay === null ? <Caution>{NOT_KEPT}</Caution> : null}
        {stillRefused === undefined ? null : (
          <Caution>
            The contract still refuses it: <DataText value={stillRefused.code} most={64} mono /> at{' '}
            <DataText value={stillRefused.path || 'the whole message'} most={200} mono />. Correct it at its
            producer.
          </Caution>
        )}
      </>
    ),
    possible: replay !== null && replay.rows.length > 0,
    carryOut: async (operator) => {
      if (replay === null || replay.rows.length === 0) throw nothingSent('The contract still refuses it.');
      const { sqs, eventsQueueUrl: queueUrl } = replaying;
      const sent = await sendEvents(replay.send, { sqs, queueUrl });
      if (sent.refused.length > 0) throw nothingSent('The queue did not take it.');
      await markRejectedReplayed(database, [rejected.id], clock.now());
      const act = { action: 'rejected.replay', filter: { id: rejected.id }, affected: 1, ...operator };
      await recordOperatorAction(database, act, clock.now());
      return 'Sent again. Its page says within seconds whether it was recorded or refused again.';
    },
  };
}

const NOT_KEPT = 'Its message is not kept any more; ask the sender to send it again.';

async function readReplay({ s3, phiGuard }: Replaying, rejected: FollowedRejection): Promise<Replay | null> {
  const body = await readRejectedBody(s3, rejected);
  if (body === undefined) return null;
  const rules = parsePhiGuard(phiGuard);
  return prepareReplay(body, [rejected], (events) => judgeEvents(events, rules).rejected[0]);
}

function nothingSent(message: string): ViewError {
  return new ViewError(409, 'NOTHING_DONE', message, 'Look at the rejected message.');
}
