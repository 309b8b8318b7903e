import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';

/** SQS, SNS and S3 on an embedded server of their own. */
export async function startEmbeddedAws() {
  const server = await startFauxqs({ port: 0, logger: false });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const account = { endpoint, region: 'us-east-1', credentials };
  const sqs = new SQSClient(account);
  const sns = new SNSClient(account);
  const s3 = new S3Client({ ...account, forcePathStyle: true });
  return {
    endpoint,
    sqs,
    sns,
    s3,
    /** Answers the queue's address: the server itself names queues by a host that few machines resolve. */
    makeQueue: async (QueueName: string): Promise<string> => {
      const attributes = QueueName.endsWith('.fifo') ? { Attributes: { FifoQueue: 'true' } } : {};
      await sqs.send(new CreateQueueCommand({ QueueName, ...attributes }));
      return `${endpoint}/000000000000/${QueueName}`;
    },
    makeBucket: (Bucket: string) => s3.send(new CreateBucketCommand({ Bucket })),
    close: async () => {
      for (const client of [sqs, sns, s3]) client.destroy();
      await server.stop();
    },
  };
}
