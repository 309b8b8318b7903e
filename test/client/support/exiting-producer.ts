import { SQSClient } from '@aws-sdk/client-sqs';
import { createEventTrackerClient } from '../../../lib/client/event-tracker-client.ts';

/** A process that reports 25 events and comes to its end in the way it is told; its last line are its counts. */
const [ending = '', queueUrl = '', deadlineMs = ''] = process.argv.slice(2);
const sqs = new SQSClient({
  endpoint: new URL(queueUrl).origin,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const tracker = createEventTrackerClient({
  queueUrl,
  sqs,
  tenant: 'anthem',
  exitDeadlineMs: Number(deadlineMs),
  sendTimeoutMs: Number(deadlineMs),
});
for (let number = 0; number < 25; number++) {
  tracker.logStageComplete({ pagwId: `PAGW-${number % 3}`, eventType: 'PARSE_OK', durationMs: number });
}
process.once('exit', () => console.log(JSON.stringify(tracker.counts())));

if (ending === 'close') await tracker.close();
if (ending === 'exit') process.exit(0);
if (ending === 'throw') throw new Error('the business code failed');
if (ending === 'signal') {
  process.once('SIGTERM', () => tracker.close({ deadlineMs: Number(deadlineMs) }));
  process.kill(process.pid, 'SIGTERM');
}
