import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, expect, it, vi } from 'vitest';
import { parseSenderTenants } from '../../lib/domain/sender-tenants.ts';
import { localAddresses, localEnvironment } from '../../lib/local/local-environment.ts';
import { startQueueServer } from '../../lib/local/queues/queue-server.ts';
import { findFreePorts } from './free-ports.ts';

afterEach(() => vi.unstubAllEnvs());

it('bindings of senders can be tried locally: the local account sends every message', async () => {
  vi.stubEnv('SENDERS', '{"000000000000":["anthem"]}');
  const port = await findFreePorts(4);
  const addresses = localAddresses(port);
  const senders = parseSenderTenants(localEnvironment(addresses).SENDERS);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'pagw-senders-'));
  const queues = await startQueueServer({ port: port + 2, dataDirectory });
  try {
    const queue = { QueueUrl: addresses.eventsQueueUrl };
    const message = { MessageBody: '{}', MessageGroupId: 'g', MessageDeduplicationId: 'd' };
    await queues.sqs.send(new SendMessageCommand({ ...queue, ...message }));
    const { Messages } = await queues.sqs.send(
      new ReceiveMessageCommand({ ...queue, MessageSystemAttributeNames: ['SenderId'] }),
    );
    expect(senders.tenantsOf(Messages?.[0]?.Attributes?.SenderId ?? null)).toEqual(new Set(['anthem']));
  } finally {
    await queues.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  }
});

it('binds nobody where nothing is set', () => {
  vi.stubEnv('SENDERS', undefined);
  expect(localEnvironment(localAddresses(4780))).not.toHaveProperty('SENDERS');
});

it('gives commands the address of a tracker that is not at the usual port', () => {
  expect(localEnvironment(localAddresses(4780)).TRACKER_OPTIONS).toBe('');
  expect(localEnvironment(localAddresses(5200)).TRACKER_OPTIONS).toBe('--url http://localhost:5200');
});
