import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { plural } from '../output/time-text.ts';
import { type DoctorCheck, fail, pass } from './doctor-check.ts';

export const checkQueue: DoctorCheck = {
  id: 'queue',
  part: 'tracker',
  title: 'The event queue answers, nothing lies in its dead-letter queue',
  needsDatabase: false,
  async run({ connection }) {
    const { sqs, eventsQueueUrl, deadLetterQueueUrl } = connection;
    const waiting = `${plural(await depth(sqs, eventsQueueUrl), 'message')} waiting`;
    if (deadLetterQueueUrl === undefined) return pass(waiting);
    const dead = await depth(sqs, deadLetterQueueUrl);
    if (dead > 0)
      return fail(
        `${waiting}, ${plural(dead, 'dead letter')}`,
        "Find the cause in ingest's log, then `pagw dead-letters redrive --reason <text>`.",
      );
    return pass(`${waiting}, no dead letters`);
  },
};

async function depth(sqs: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}
