import * as z from 'zod';
import { maxEventsPerMessage, messageSchema } from './event-contract.ts';

/** A message that the contract accepts, and what it shows. */
export interface MessageExample {
  name: string;
  message: unknown;
}

/** The largest body that SQS takes. */
const MESSAGE_MAX_BYTES = 1_048_576;

/** AsyncAPI 3.0 of the events queue as the tracker reads it, from the very definition that validates. */
export function asyncApiDocument(examples: readonly MessageExample[]): object {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'PAGW event tracker',
      version: '1.0.0',
      description:
        'What a stage service sends when it has done something to a prior-authorization request. Send and forget: a ' +
        'message is never answered, and one that cannot be recorded is set aside with its reason. No personal data.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      aws: {
        host: 'sqs.{region}.amazonaws.com',
        protocol: 'sqs',
        description: 'The queue URL is an output of the stack; the right to send is sqs:SendMessage.',
        variables: { region: { default: 'us-east-1' } },
      },
      local: { host: '127.0.0.1:4782', protocol: 'sqs', description: 'npm start; any credentials.' },
    },
    channels: {
      events: {
        address: 'pagw-events.fifo',
        description: 'Message group id: the pagwId, so that the events of a request stay in order.',
        messages: Object.fromEntries(
          ['event', 'events', 'cloudEvent'].map((name) => [name, reference('messages', name)]),
        ),
        bindings: { sqs: sqsBinding },
      },
    },
    operations: {
      recordEvents: {
        action: 'receive',
        channel: { $ref: '#/channels/events' },
        summary: 'Records each event once, in order, and judges each on its own.',
      },
    },
    components: { messages: messages(examples), schemas: schemas() },
  };
}

const sqsBinding = {
  queue: {
    name: 'pagw-events.fifo',
    fifoQueue: true,
    deduplicationScope: 'messageGroup',
    fifoThroughputLimit: 'perMessageGroupId',
  },
  bindingVersion: '0.2.0',
};

function messages(examples: readonly MessageExample[]): object {
  const event = reference('schemas', 'Event');
  const cloudEvent = reference('schemas', 'CloudEvent');
  const list = {
    type: 'array',
    minItems: 1,
    maxItems: maxEventsPerMessage,
    items: { anyOf: [event, cloudEvent] },
  };
  const shown = (kind: MessageKind) =>
    examples
      .filter(({ message }) => kindOf(message) === kind)
      .map(({ name, message }) => ({ name, payload: message }));
  return {
    event: { title: 'One event of one request', payload: event, examples: shown('event') },
    events: {
      title: 'Events of one request, in order',
      summary: `At most ${MESSAGE_MAX_BYTES.toLocaleString('en-US')} bytes.`,
      payload: list,
      examples: shown('events'),
    },
    cloudEvent: {
      title: 'One event in a CloudEvents 1.0 envelope',
      payload: cloudEvent,
      examples: shown('cloudEvent'),
    },
  };
}

type MessageKind = 'event' | 'events' | 'cloudEvent';

function kindOf(message: unknown): MessageKind {
  if (Array.isArray(message)) return 'events';
  return Object.hasOwn(message as object, 'specversion') ? 'cloudEvent' : 'event';
}

/** AsyncAPI's own schema dialect is a superset of JSON Schema draft 7, so no tool has to know a later one. */
function schemas(): object {
  const { definitions } = z.toJSONSchema(messageSchema, { target: 'draft-7', io: 'input' });
  const moved = JSON.stringify(definitions).replaceAll('"#/definitions/', '"#/components/schemas/');
  return JSON.parse(moved) as object;
}

function reference(kind: 'messages' | 'schemas', name: string): { $ref: string } {
  return { $ref: `#/components/${kind}/${name}` };
}

/** JSON Schema 2020-12 of what producers send, from the very definition that validates it. */
export function messageJsonSchema(): object {
  return z.toJSONSchema(messageSchema, { target: 'draft-2020-12', io: 'input' });
}

/** Words and digits that no YAML reader takes for anything but text. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z][\w./-]*(?: [\w./-]+)*$/i;
const PLAIN_KEY = /^[$A-Za-z][\w-]*$/;

/** Writes JSON as YAML 1.2 in block style; texts that might be read as something else are quoted as in JSON. */
export function yamlText(value: unknown): string {
  return `${block(value, 0).trimStart()}\n`;
}

function block(value: unknown, depth: number): string {
  if (Array.isArray(value) && value.length > 0) {
    return value.map((item) => `${newLine(depth)}- ${inline(item, depth + 1)}`).join('');
  }
  if (isFilled(value)) {
    return Object.entries(value)
      .map(
        ([key, item]) =>
          `${newLine(depth)}${keyText(key)}:${isScalar(item) ? ' ' : ''}${block(item, depth + 1)}`,
      )
      .join('');
  }
  return scalar(value);
}

/** The first key of an item stands beside its dash. */
function inline(item: unknown, depth: number): string {
  return block(item, depth).trimStart();
}

function newLine(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}

function scalar(value: unknown): string {
  return typeof value === 'string' && PLAIN.test(value) ? value : JSON.stringify(value);
}

function keyText(key: string): string {
  return PLAIN_KEY.test(key) && PLAIN.test(key.replace('$', '')) ? key : JSON.stringify(key);
}

function isScalar(value: unknown): boolean {
  return !(Array.isArray(value) && value.length > 0) && !isFilled(value);
}

function isFilled(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}
