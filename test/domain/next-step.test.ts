import { describe, expect, it } from 'vitest';
import { nextStepOfGroup, nextStepOfRequest } from '../../lib/domain/next-step.ts';
import { stuckReasons } from '../../lib/domain/words.ts';

const standing = {
  stuckReason: null as string | null,
  mainStage: 'API_CONNECTOR',
  mainStatus: 'FAILED' as string | null,
  mainAttempt: 5,
  nextStage: null as string | null,
  completedAt: null as Date | null,
};
const step = (fields: Partial<typeof standing>, isHeld = false) =>
  nextStepOfRequest({ ...standing, ...fields }, isHeld);

describe('the next step of a request', () => {
  it.each([
    ['failed for good', { stuckReason: 'failed' }, ['close'], 'API_CONNECTOR'],
    ['out of attempts', { stuckReason: 'retries-exhausted' }, ['retry', 'close'], 'API_CONNECTOR'],
    ['with an unsent retry', { stuckReason: 'retry-overdue' }, ['retry', 'pause', 'close'], 'API_CONNECTOR'],
    [
      'with a retry that nobody took up',
      { stuckReason: 'retry-overdue', mainStatus: 'RETRY_SCHEDULED' },
      ['resend', 'close'],
      'API_CONNECTOR',
    ],
    [
      'without a result',
      { stuckReason: 'no-result', mainStatus: 'STARTED' },
      ['resend', 'close'],
      'API_CONNECTOR',
    ],
    [
      'with a lost hand-off, whose next stage has to act',
      { stuckReason: 'hand-off-lost', mainStatus: 'COMPLETED', mainStage: 'ENRICHMENT' },
      ['resend', 'close'],
      'CONVERSION',
    ],
  ])('%s', (_, fields, acts, ownerStage) => {
    expect(step(fields)).toMatchObject({ acts, ownerStage });
  });

  it('is none once it has ended, or while it goes on by itself', () => {
    expect(step({ completedAt: new Date(), stuckReason: 'failed' })).toBeNull();
    expect(step({ mainStatus: 'STARTED' })).toBeNull();
  });

  it('is to resume where a pause holds its retry back', () => {
    expect(step({ stuckReason: 'retries-exhausted' }, true)?.acts[0]).toBe('resume');
  });

  it('says at a downstream to ask there first', () => {
    expect(step({ stuckReason: 'no-result', mainStatus: 'STARTED' })?.say).toContain('ask there first');
    expect(
      step({ stuckReason: 'no-result', mainStatus: 'STARTED', mainStage: 'PARSING' })?.say,
    ).not.toContain('there first');
  });

  it.each(stuckReasons)('of a group is said for %s', (reason) => {
    expect(nextStepOfGroup({ reason, stage: 'PARSING' }, false).say).not.toBe('');
    expect(nextStepOfGroup({ reason, stage: 'PARSING' }, true).acts[0]).toBe('resume');
  });
});
