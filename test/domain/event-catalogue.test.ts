import { describe, expect, it } from 'vitest';
import {
  canonicalEventType,
  canonicalStatus,
  canonicalTenant,
  eventTypes,
  impliedStatus,
} from '../../lib/domain/event-catalogue.ts';
import { canonicalStage, laneOf, mainLane, stageAfter, stages } from '../../lib/domain/event-stages.ts';

describe('the catalogue', () => {
  it('has the 38 types of the review in its 11 stages, and no stage without types', () => {
    expect(eventTypes.size).toBe(38);
    expect(stages).toHaveLength(11);
    expect(new Set([...eventTypes.values()].map(({ stage }) => stage))).toEqual(new Set(stages));
  });

  it("has the review's types, stage by stage", () => {
    const ofStage = (stage: string) =>
      [...eventTypes].filter(([, entry]) => entry.stage === stage).map(([type]) => type);
    expect(ofStage('ORCHESTRATION')).toEqual(['REQUEST_RECEIVED', 'WORKFLOW_START', 'WORKFLOW_COMPLETE']);
    expect(ofStage('ATTACHMENT')).toEqual([
      'ATTACH_START',
      'ATTACH_OK',
      'ATTACH_FAIL',
      'CDEX_PULL_START',
      'CDEX_PULL_OK',
      'CDEX_PULL_FAIL',
    ]);
    expect(ofStage('API_CONNECTOR').toSorted()).toEqual([
      'DOWNSTREAM_ERROR',
      'DOWNSTREAM_FAIL',
      'DOWNSTREAM_OK',
      'DOWNSTREAM_START',
      'DOWNSTREAM_TIMEOUT',
    ]);
    expect(ofStage('OUTBOX_PUBLISHER')).toEqual(['PUBLISH_START', 'PUBLISH_OK', 'PUBLISH_FAIL']);
  });

  it('has DOWNSTREAM_TIMEOUT as its longest type, of 18 characters and not the 19 of the review', () => {
    expect(Math.max(...[...eventTypes.keys()].map((type) => type.length))).toBe(18);
    expect('DOWNSTREAM_TIMEOUT').toHaveLength(18);
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
