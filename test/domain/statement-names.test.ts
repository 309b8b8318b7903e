import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decisionStatements } from '../../lib/domain/decision-statements.ts';
import { eventTypes, stages } from '../../lib/domain/event-catalogue.ts';
import { statementNames } from '../../lib/domain/statement-names.ts';

/** What stands under `request`, be it nothing, has every name looked for. */
const lookedThrough = { request: {} };

const spelled = fc
  .tuple(fc.constantFrom(...statementNames), fc.constantFrom('', '_', '-'), fc.nat(20))
  .map(([name, mark, place]) => `${name.slice(0, place)}${mark}${name.slice(place).toUpperCase()}`);
const other = fc.constantFrom(
  'mode',
  'hasAttachments',
  'diagnosisCount',
  'externalId',
  'status',
  'note',
  'q',
);
const words = [
  'A1',
  'A3',
  'denied',
  'approved',
  'EXPEDITED',
  'yes',
  '14',
  '2026-03-04T10:00:00Z',
  '',
  'plan',
];
const scalar = fc.oneof(fc.constantFrom(...words), fc.integer({ min: -1, max: 20 }), fc.boolean());
const field = fc.oneof(
  scalar,
  fc.dictionary(fc.oneof(spelled, other), scalar, { maxKeys: 3 }),
  fc.array(scalar),
);
const metadata = fc.option(fc.dictionary(fc.oneof(spelled, other), field, { maxKeys: 4 }));
const typeWords =
  'PA REQUEST CASE FINAL DECISION MADE APPROVED DENIED PARTIALLY NOT APPEAL UPHELD EXTENSION GRANTED ASKED DAYS BY PROVIDER PRIORITY CHANGED UPGRADED EXPEDITE UPDATED RECEIVED SUBMITTED CANCEL VOID DUPLICATE RECONSIDERATION T02 CHECK PERMIT OK START'.split(
    ' ',
  );
const ownType = fc
  .array(fc.constantFrom(...typeWords), { minLength: 1, maxLength: 4 })
  .map((some) => some.join('_'));
const event = fc.record({
  stage: fc.constantFrom(...stages, 'PERMITS'),
  eventType: fc.oneof(fc.constantFrom(...eventTypes.keys()), ownType),
  status: fc.constantFrom('STARTED' as const, 'COMPLETED' as const, 'RETRY_SCHEDULED' as const),
  metadata,
});

it('an event that is not looked through states what it states when it is', () => {
  fc.assert(
    fc.property(event, (fields) => {
      const sent = { ...fields, known: eventTypes.has(fields.eventType) };
      const { stated, notes } = decisionStatements({ ...sent, request: null });
      const slowly = decisionStatements({ ...sent, ...lookedThrough });
      expect(stated).toEqual(slowly.stated);
      expect(notes.notUnderstood).toEqual(slowly.notes.notUnderstood);
    }),
    { numRuns: 5_000 },
  );
});

it('every name that is looked for is one of them, and none of them is looked for in vain', () => {
  const asked = new Set<string>();
  for (const eventType of [...eventTypes.keys(), 'EXTENSION_GRANTED', 'PRIORITY_CHANGED', 'DECISION_MADE'])
    for (const metadata of [
      {},
      { hasUrgent: 'x' },
      { extensionDays: 3 },
      { appeal: true },
      { disposition: 'Pended' },
    ]) {
      const known = eventTypes.has(eventType);
      const stage = eventTypes.get(eventType)?.stage ?? 'PARSING';
      const { notes } = decisionStatements({
        stage,
        eventType,
        known,
        status: 'COMPLETED',
        metadata,
        request: {},
      });
      for (const name of notes.asked ?? []) asked.add(name);
    }
  const readDirectly = ['priority', 'result'];
  expect([...asked, ...readDirectly].toSorted()).toEqual(statementNames.toSorted());
});
