import { describe, expect, it } from 'vitest';
import {
  canonicalEventType,
  canonicalStage,
  canonicalStatus,
  canonicalTenant,
  eventTypes,
  impliedStatus,
  laneOf,
  mainLane,
  stageAfter,
  stageRank,
  stages,
} from '../../lib/domain/event-catalogue.ts';

/** The review's, by stage; a result stands for a start, an OK and a fail. */
const REVIEW: Readonly<Record<string, readonly string[]>> = {
  ORCHESTRATION: ['REQUEST_RECEIVED', 'WORKFLOW_START', 'WORKFLOW_COMPLETE'],
  PARSING: ['PARSE'],
  VALIDATION: ['VAL'],
  ENRICHMENT: ['ENRICH'],
  ATTACHMENT: ['ATTACH', 'CDEX_PULL'],
  CONVERSION: ['CONVERT'],
  API_CONNECTOR: ['DOWNSTREAM', 'DOWNSTREAM_TIMEOUT', 'DOWNSTREAM_ERROR'],
  RESPONSE_BUILDER: ['RESPONSE'],
  CALLBACK_HANDLER: ['CALLBACK'],
  SUBSCRIPTION_HANDLER: ['NOTIFY'],
  OUTBOX_PUBLISHER: ['PUBLISH'],
};

describe('the catalogue', () => {
  it('has the 38 types of the review in its 11 stages, and no stage without types', () => {
    const review = Object.entries(REVIEW).flatMap(([stage, names]) =>
      names.flatMap((name) =>
        (name.includes('_') && name !== 'CDEX_PULL'
          ? [name]
          : ['START', 'OK', 'FAIL'].map((end) => `${name}_${end}`)
        ).map((type) => [type, stage]),
      ),
    );
    expect(review).toHaveLength(38);
    for (const [type = '', stage] of review)
      expect([type, eventTypes.get(type)?.stage]).toEqual([type, stage]);
    expect(stages).toHaveLength(11);
    expect(new Set([...eventTypes.values()].map(({ stage }) => stage))).toEqual(new Set(stages));
  });

  it('has DOWNSTREAM_TIMEOUT with 18 characters and not the 19 of the review, and no type that no column holds', () => {
    expect('DOWNSTREAM_TIMEOUT').toHaveLength(18);
    expect([...eventTypes.keys()].filter((type) => !/^[A-Z][A-Z0-9_]{2,63}$/.test(type))).toEqual([]);
  });

  it('keeps attachments, notifications and publishing out of the main lane', () => {
    expect(stages.filter((stage) => laneOf(stage) === 'side')).toEqual([
      'ATTACHMENT',
      'SUBSCRIPTION_HANDLER',
      'OUTBOX_PUBLISHER',
    ]);
    expect(mainLane.map(laneOf)).toEqual(mainLane.map(() => 'main'));
    expect(laneOf('T02_CHECK')).toBe('unknown');
  });

  it('knows what follows each main-lane stage, and nothing after the last or beside it', () => {
    expect(stageAfter('ORCHESTRATION')).toBe('PARSING');
    expect(stageAfter('CALLBACK_HANDLER')).toBe('RESPONSE_BUILDER');
    expect(stageAfter('RESPONSE_BUILDER')).toBeNull();
    expect(stageAfter('ATTACHMENT')).toBeNull();
    expect(stageAfter('constructor')).toBeNull();
  });
});

it('puts a stage of another name after all of its own', () => {
  expect(['MADE_UP', ...stages].toSorted((one, other) => stageRank(one) - stageRank(other))).toEqual([
    ...stages,
    'MADE_UP',
  ]);
});

describe('canonical names', () => {
  it.each([
    ['ORCHESTRATION', ['ORCHESTRATOR', 'orchestrator', 'SYNC_PROCESSING']],
    ['PARSING', ['PARSER', 'REQUEST_PARSER', 'request-parser', ' Parsing ']],
    ['VALIDATION', ['VALIDATOR', 'BUSINESS_VALIDATOR', 'business-validator']],
    ['ENRICHMENT', ['ENRICHER', 'REQUEST_ENRICHER', 'request-enricher']],
    ['ATTACHMENT', ['ATTACHMENT_HANDLER', 'attachment-handler']],
    ['CONVERSION', ['CONVERTER', 'CANONICAL_MAPPER', 'REQUEST_CONVERTER', 'request-converter']],
    ['API_CONNECTOR', ['api-connector', 'API CONNECTOR']],
    ['RESPONSE_BUILDER', ['response-builder']],
    ['CALLBACK_HANDLER', ['callback-handler', 'callback-controller']],
    ['SUBSCRIPTION_HANDLER', ['subscription-handler']],
    ['OUTBOX_PUBLISHER', ['outbox-publisher']],
  ])('finds %s under the names of the running services', (stage, aliases) => {
    expect(aliases.map(canonicalStage)).toEqual(aliases.map(() => stage));
  });

  it('takes API_CON_* for DOWNSTREAM_*, and no other prefix', () => {
    const results = ['START', 'OK', 'FAIL', 'TIMEOUT', 'ERROR'];
    expect(results.map((result) => canonicalEventType(`api_con_${result}`))).toEqual(
      results.map((result) => `DOWNSTREAM_${result}`),
    );
    expect(canonicalEventType('API_CON_PING')).toBe('API_CON_PING');
  });

  it('takes the running statuses in any case, and calls a status that is none undefined', () => {
    expect(['SUCCESS', 'failure', ' Retry ', 'STARTED', 'skipped'].map(canonicalStatus)).toEqual([
      'COMPLETED',
      'FAILED',
      'RETRY_SCHEDULED',
      'STARTED',
      'SKIPPED',
    ]);
    expect([null, undefined, ' '].map(canonicalStatus)).toEqual([null, null, null]);
    expect(canonicalStatus('DONE')).toBeUndefined();
  });

  it('counts ANTHEM and anthem as one tenant, and a blank one as none', () => {
    expect([' ANTHEM ', 'anthem', 'Anthem-CA'].map(canonicalTenant)).toEqual([
      'anthem',
      'anthem',
      'anthem-ca',
    ]);
    expect(['', '  ', null, undefined].map(canonicalTenant)).toEqual([null, null, null, null]);
  });

  it('leaves unknown names as they come: stages in upper snake, types untouched', () => {
    expect(canonicalStage(' fraud-check two ')).toBe('FRAUD_CHECK_TWO');
    expect(canonicalEventType(' Callback ')).toBe('Callback');
    expect(canonicalStage('  ')).toBeNull();
    expect(canonicalEventType('')).toBeNull();
  });
});

describe('the status a type implies', () => {
  it.each([
    ['REQUEST_RECEIVED', 'COMPLETED'],
    ['WORKFLOW_COMPLETE', 'COMPLETED'],
    ['DOWNSTREAM_TIMEOUT', 'FAILED'],
    ['DOWNSTREAM_ERROR', 'FAILED'],
    ['CDEX_PULL_START', 'STARTED'],
    ['SUBMIT_OK', 'COMPLETED'],
    ['SUBMIT_FAIL', 'FAILED'],
    ['PIPELINE_FAILED', 'FAILED'],
    ['STAGE_RETRY_SCHEDULED', 'RETRY_SCHEDULED'],
    ['SYNC_PARSE', 'COMPLETED'],
    ['CALLBACK', 'COMPLETED'],
    ['RESTART', 'COMPLETED'],
  ])('of %s is %s', (type, status) => {
    expect(impliedStatus(type)).toBe(status);
  });
});
