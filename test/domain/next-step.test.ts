import { describe, expect, it } from 'vitest';
import { isGoingOut, nextStepOfGroup, nextStepOfRequest } from '../../lib/domain/next-step.ts';
import { stuckReasons } from '../../lib/domain/words.ts';

const standing = {
  stuckReason: null as string | null,
  mainStage: 'API_CONNECTOR',
  mainStatus: 'FAILED' as string | null,
  mainAttempt: 5,
  nextStage: null as string | null,
  completedAt: null as Date | null,
  retryWaits: true,
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

  it('speaks of a retry, and of what holds it back, only where one waits', () => {
    for (const isHeld of [true, false]) {
      const given = step({ retryWaits: false }, isHeld);
      expect(given?.say).toContain('no retry is planned');
      expect(given?.acts).toEqual(['close']);
      expect(step({ retryWaits: false, stuckReason: 'failed' }, isHeld)?.say).toContain('may not be retried');
    }
    expect(step({}, true)?.acts[0]).toBe('resume');
  });

  it('says at a downstream to ask there first', () => {
    expect(step({ stuckReason: 'no-result', mainStatus: 'STARTED' })?.say).toContain('ask there first');
    expect(
      step({ stuckReason: 'no-result', mainStatus: 'STARTED', mainStage: 'PARSING' })?.say,
    ).not.toContain('there first');
  });

  it('is to wait for a minute where it was asked for a moment ago, and to look again later', () => {
    const now = new Date('2026-03-01T12:00:00Z');
    const asked = (minutes: number, outcome: string | null) =>
      isGoingOut([{ actedAt: new Date(now.getTime() - minutes * 60_000), outcome }], now);
    expect(asked(1, 'waits to be sent')).toBe(true);
    expect(asked(6, 'waits to be sent')).toBe(false);
    expect(asked(1, 'sent, outcome awaited')).toBe(false);
    expect(nextStepOfRequest({ ...standing, stuckReason: 'retries-exhausted' }, false, true)).toMatchObject({
      acts: [],
      say: expect.stringContaining('it was asked for'),
    });
  });

  it('of an incident is none while all of it waits for outcomes, and once none is left', () => {
    const incident = { reason: 'retries-exhausted', stage: 'API_CONNECTOR' };
    const of = (count: number, awaited: number, isHeld = false) =>
      nextStepOfGroup({ ...incident, count, awaited }, isHeld);
    expect(of(6, 6)).toMatchObject({ acts: [], say: expect.stringContaining('Nothing yet') });
    expect(of(0, 0)).toMatchObject({ acts: [], say: expect.stringContaining('none is stuck any more') });
    expect(of(7, 6).acts).toEqual(['pause', 'batch']);
    expect(of(6, 6, true).acts[0]).toBe('resume');
  });

  it.each(stuckReasons)('of a group is said for %s', (reason) => {
    expect(nextStepOfGroup({ reason, stage: 'PARSING' }, false).say).not.toBe('');
    const held = nextStepOfGroup({ reason, stage: 'PARSING' }, true).acts[0];
    const isHeldBack = ['retries-exhausted', 'retry-overdue', 'no-result'].includes(reason);
    expect(held === 'resume').toBe(isHeldBack);
  });
});
