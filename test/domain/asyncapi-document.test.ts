import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contractFolder, publishedContract } from '../../bin/published-contract.ts';
import { asyncApiDocument, messageJsonSchema, yamlText } from '../../lib/domain/asyncapi-document.ts';
import { EVENTS_QUEUE } from '../../lib/local/local-environment.ts';
import { read } from './support/message.ts';

interface Document {
  channels: { events: { address: string; messages: object } };
  components: {
    messages: Record<string, { examples: { name: string; payload: unknown }[] }>;
    schemas: Record<string, { required: string[]; properties: Record<string, object> }>;
  };
}

const fixtures = JSON.parse(readFileSync(new URL('fixtures/valid.json', contractFolder), 'utf8'));
const document = asyncApiDocument(fixtures) as Document;

/** Every JSON pointer that the document refers to. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === '$ref' && typeof item === 'string' ? item : references(item),
  );
}

const resolve = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((inside, step) => (inside as Record<string, unknown> | undefined)?.[step], document);

describe('the AsyncAPI document', () => {
  it('and the JSON Schema are what npm run schema writes', () => {
    for (const [file, text] of Object.entries(publishedContract())) {
      expect(readFileSync(new URL(file, contractFolder), 'utf8')).toBe(text);
    }
  });

  it('has a target for each of its references', () => {
    const pointers = references(document);
    expect(pointers.length).toBeGreaterThan(8);
    expect(pointers.filter((pointer) => !pointer.startsWith('#/') || resolve(pointer) === undefined)).toEqual(
      [],
    );
  });

  it('asks for the same fields as the JSON Schema', () => {
    const { $defs } = messageJsonSchema() as { $defs: Document['components']['schemas'] };
    for (const name of ['Event', 'CloudEvent']) {
      expect(document.components.schemas[name]?.required).toEqual($defs[name]?.required);
      expect(Object.keys(document.components.schemas[name]?.properties ?? {})).toEqual(
        Object.keys($defs[name]?.properties ?? {}),
      );
    }
  });

  it('names the queue, and shows each kind of message by examples that the contract accepts', () => {
    expect(document.channels.events.address).toBe(EVENTS_QUEUE);
    const { messages } = document.components;
    expect(Object.keys(messages)).toEqual(Object.keys(document.channels.events.messages));
    for (const { examples } of Object.values(messages)) {
      expect(examples.length).toBeGreaterThan(0);
      for (const { payload } of examples) expect(read(JSON.stringify(payload)).rejections).toEqual([]);
    }
  });
});

it.each([
  ['an object in a list', [{ a: 1, b: { c: [] } }], '- a: 1\n  b:\n    c: []\n'],
  ['a list in a list', { a: [[1, 2], ['x']] }, 'a:\n  - - 1\n    - 2\n  - - x\n'],
  ['nothing', { a: null, b: {}, c: '' }, 'a: null\nb: {}\nc: ""\n'],
  [
    'texts that look like something else',
    ['yes', 'NULL', '1.0', '- a', 'a: b', 'a #b', ' a', 'a\nb'],
    '- "yes"\n- "NULL"\n- "1.0"\n- "- a"\n- "a: b"\n- "a #b"\n- " a"\n- "a\\nb"\n',
  ],
  [
    'keys that need quotes',
    { $ref: 'x', 'a b': 1, no: 2, '2xx': 3 },
    '$ref: x\n"a b": 1\n"no": 2\n"2xx": 3\n',
  ],
])('YAML is written of %s', (_, value, text) => {
  expect(yamlText(value)).toBe(text);
});
