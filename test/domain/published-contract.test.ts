import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { messageJsonSchema } from '../../lib/domain/asyncapi-document.ts';
import { rejectionHints } from '../../lib/domain/rejection.ts';
import { requestEffects } from '../../lib/domain/request-effects.ts';
import { read } from './support/message.ts';

const contract = new URL('../../docs/contract/', import.meta.url);
const text = (file: string) => readFileSync(new URL(file, contract), 'utf8');

interface Fixture {
  name: string;
  /** What is sent, as JSON; `body` where it is none. */
  message?: unknown;
  body?: string;
  events?: object[];
  rejections?: object[];
}
const fixtures = (file: string) => JSON.parse(text(`fixtures/${file}`)) as Fixture[];
const bodyOf = ({ message, body }: Fixture) => body ?? JSON.stringify(message);

describe('the published JSON Schema', () => {
  it('is what npm run schema writes', () => {
    expect(text('event-message.schema.json')).toBe(`${JSON.stringify(messageJsonSchema(), null, 2)}\n`);
  });

  it('describes what is sent: only the request and the type are required, and no default is filled in', () => {
    expect(messageJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $defs: {
        Event: {
          required: ['pagwId', 'eventType'],
          properties: { metadata: { type: ['object', 'string', 'null'] } },
        },
      },
    });
  });

  it('accepts every valid fixture', () => {
    const { $defs } = messageJsonSchema() as { $defs: { Event: object } };
    const event = z.fromJSONSchema($defs.Event as Parameters<typeof z.fromJSONSchema>[0]);
    const sent = fixtures('valid.json').flatMap(({ message }) => message as { data?: unknown });
    expect(sent.map((message) => event.safeParse(message.data ?? message).success)).toEqual(
      sent.map(() => true),
    );
  });
});

describe('the golden fixtures', () => {
  it('are all read here', () => {
    expect(readdirSync(new URL('fixtures', contract)).toSorted()).toEqual(['invalid.json', 'valid.json']);
  });

  it.each(fixtures('valid.json'))('accept $name', (fixture) => {
    const { events, rejections } = read(bodyOf(fixture));
    expect(rejections).toEqual([]);
    expect(events).toHaveLength(fixture.events?.length ?? 0);
    // `says`: what the event says of its request.
    expect(events.map((event) => ({ ...event, says: requestEffects(event) }))).toMatchObject(
      fixture.events ?? [],
    );
  });

  it.each(fixtures('invalid.json'))('refuse $name', (fixture) => {
    const { rejections } = read(bodyOf(fixture));
    expect(rejections).toHaveLength(fixture.rejections?.length ?? 0);
    expect(rejections).toMatchObject(fixture.rejections ?? []);
    expect(rejections.filter(({ hint }) => hint === '')).toEqual([]);
  });
});

it('the rejection codes in the documentation are those of the code', () => {
  const documented = [...text('README.md').matchAll(/^\| `([A-Z_]+)` \|.*\|.*\|$/gm)].map(([, code]) => code);
  expect(documented).toEqual(expect.arrayContaining(Object.keys(rejectionHints)));
});
