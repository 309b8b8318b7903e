import { pagwCommand } from './printable-text.ts';
import { rejectionFate } from './rejection.ts';
import { possibleResend, type Standing } from './resend.ts';
import { runbookSection } from './words.ts';

/** What can be done by hand, by the words of the CLI. */
export const actNames = ['retry', 'resend', 'close', 'batch', 'pause', 'resume', 'snooze', 'replay'] as const;
export type ActName = (typeof actNames)[number];

/** What there is to do about something, whoever shows it: CLI, console, notifications. */
export interface NextStep {
  /** A sentence or two. */
  say: string;
  /** The most likely first. */
  acts: readonly ActName[];
  /** The section of docs/runbook.md. */
  section: string;
  /** Whose stage has to act: of a lost hand-off the next one. Null where no stage does. */
  ownerStage: string | null;
}

const GOES_OUT_WITHIN_MS = 5 * 60_000;

/** Whether it was asked for by hand a moment ago and has not gone out yet; what waits for longer has something to look at. */
export function isGoingOut(acts: readonly { actedAt: Date; outcome: string | null }[], now: Date): boolean {
  return acts.some(
    ({ actedAt, outcome }) =>
      outcome === 'waits to be sent' && now.getTime() - actedAt.getTime() < GOES_OUT_WITHIN_MS,
  );
}

/** Of one request: null where nothing is to be done, because it has ended or goes on by itself. */
export function nextStepOfRequest(
  standing: Standing & { retryWaits: boolean },
  isHeld: boolean,
  isAskedFor = false,
): NextStep | null {
  const { stuckReason, completedAt, mainStatus, mainStage, retryWaits } = standing;
  if (completedAt !== null) return null;
  if (isHeld && mainStatus === 'FAILED' && retryWaits)
    return step(
      'Its retry is held back. Resume once the cause is fixed.',
      ['resume', 'retry', 'close'],
      standing,
    );
  if (isAskedFor)
    return step(
      'Nothing yet: it was asked for, and goes out within a minute, unless a pause holds it.',
      [],
      standing,
    );
  if (stuckReason === null) {
    if (mainStatus === 'FAILED' && !retryWaits)
      return step(
        'Nothing yet: it failed, and no retry is planned. If nothing follows within the limit of its stage, it is stuck.',
        ['close'],
        standing,
      );
    if (mainStatus === 'FAILED')
      return step(
        'Nothing yet: it failed, and its retry goes out by itself.',
        ['retry', 'pause', 'close'],
        standing,
      );
    return null;
  }
  const resend = possibleResend(standing);
  if (typeof resend !== 'string') {
    const ask =
      resend.cause === 'hand-off-lost'
        ? `Look at the outbox and the queue of ${resend.stage}: the hand-off may still be there. If it is lost, send it on again.`
        : `Ask the owner of ${resend.stage} whether the work is done. If nothing came of it, send it again.`;
    const risk = resend.mayBeKnown ? ' The downstream may have the case: ask there first.' : '';
    return { ...step(ask + risk, ['resend', 'close'], standing), ownerStage: resend.stage };
  }
  if (stuckReason === 'retries-exhausted')
    return step(`Fix the cause at ${mainStage ?? 'its stage'}, then retry it.`, ['retry', 'close'], standing);
  if (stuckReason === 'retry-overdue')
    return step(
      'Its retry is due and was not sent: see whether retry runs, and whether the stage’s queue takes messages.',
      ['retry', 'pause', 'close'],
      standing,
    );
  if (stuckReason === 'failed')
    return step(
      'It may not be retried: correct it at its source and have it submitted again, then close this one.',
      ['close'],
      standing,
    );
  if (stuckReason === 'decided-not-delivered')
    return step('Give the provider notice of the decision; then have it reported.', [], {
      ...standing,
      mainStage: 'SUBSCRIPTION_HANDLER',
    });
  if (stuckReason.startsWith('deadline-'))
    return step('It moves, but a decision is needed: ask the payer’s desk.', ['close'], standing);
  return step('See at which stage it waits, and ask its owner.', ['resend', 'close'], standing);
}

function step(say: string, acts: readonly ActName[], { stuckReason, mainStage }: Standing): NextStep {
  return { say, acts, section: runbookSection(stuckReason ?? 'failed'), ownerStage: mainStage };
}

interface StandingGroup {
  reason: string;
  stage: string;
  count?: number;
  /** Of an incident's count, those that are not stuck but wait for an outcome. */
  awaited?: number;
}

/** An incident of which nothing is stuck at this moment. */
export function isAwaited({ count, awaited }: Pick<StandingGroup, 'count' | 'awaited'>): boolean {
  return awaited !== undefined && awaited === count;
}

/** Of requests that are stuck at one stage for one reason: a group, or an incident. */
export function nextStepOfGroup(group: StandingGroup, isHeld: boolean): NextStep {
  const { reason, stage } = group;
  const make = (say: string, acts: readonly ActName[], ownerStage: string | null = stage): NextStep => ({
    say,
    acts,
    section: runbookSection(reason),
    ownerStage,
  });
  if (group.awaited === 0 && group.count === 0)
    return make('Nothing: none is stuck any more. It is over after five quiet minutes.', []);
  // What a pause holds back: not what failed for good, or waits for another stage or a decision.
  if (isHeld && ['retries-exhausted', 'retry-overdue'].includes(reason))
    return make('Retries are held back. Resume once the cause is fixed.', ['resume', 'batch']);
  if (isAwaited(group))
    return make(
      'Nothing yet: what was stuck was sent again, or its retry is planned. It is over once the outcomes are recorded.',
      [],
    );
  switch (reason) {
    case 'retries-exhausted':
      return make(`Pause, fix the cause at ${stage}, resume; then retry this group.`, ['pause', 'batch']);
    case 'retry-overdue':
      return make('See whether retry runs, and whether the stage’s queue takes messages.', [
        'batch',
        'pause',
      ]);
    case 'no-result':
      if (isHeld)
        return make(
          `Retries are held back. Resume once ${stage} runs. What it lost is sent again request by request.`,
          ['resume'],
        );
      return make(
        `See whether ${stage} runs, and pause its retries while it does not. What it lost is sent again request by request.`,
        ['pause'],
      );
    case 'hand-off-lost':
      return make(
        `See whether the outbox of ${stage} publishes and the next stage reads. What is lost is sent on again request by request.`,
        [],
      );
    case 'failed':
      return make('They may not be retried: correct them at their source and have them submitted again.', []);
    case 'decided-not-delivered':
      return make('Give the providers notice of the decisions.', [], 'SUBSCRIPTION_HANDLER');
    default:
      return make('They move, but decisions are needed: ask the payer’s desk.', [], null);
  }
}

/** Of a refused message. */
export function nextStepOfRejection(
  rejected: Parameters<typeof rejectionFate>[0] & { code: string },
): NextStep {
  const make = (say: string, acts: readonly ActName[] = []): NextStep => ({
    say,
    acts,
    section: 'rejected-messages',
    ownerStage: null,
  });
  switch (rejectionFate(rejected)) {
    case 'recorded':
      return make('Nothing: it has been recorded since.');
    case 'refused-again':
      return make('It was refused again: go on from the later refusal.');
    case 'replayed':
      return make('Nothing yet: it was sent again. Ingest takes it within seconds, unless it is behind.');
    default:
      return make(
        rejected.code === 'SENDER_NOT_ALLOWED'
          ? 'Have the sender bound to its tenant, or have it sent by the right one; then replay it.'
          : 'Correct it at its producer. What is refused for the contract, a tenant or a sender alone is taken once that is fixed: replay it.',
        ['replay'],
      );
  }
}

/** What whoever types it puts in. */
const WITH_REASON = { reason: 'WHY' };

/** The act as it is typed, of a refused message. */
export function rejectionCommand(
  rejected: Parameters<typeof nextStepOfRejection>[0] & { id: number; refusedAgainId: number | null },
) {
  const { acts } = nextStepOfRejection(rejected);
  if (acts.length > 0) return pagwCommand('rejected replay', [String(rejected.id)], WITH_REASON);
  return pagwCommand('rejected show', [String(rejected.refusedAgainId ?? rejected.id)]);
}

/** The act as it is typed, its reason and end left open; to look, where there is none. */
export function requestCommand({ acts: [act] }: NextStep, pagwId: string): string {
  if (act === 'retry') return pagwCommand('retry run', [pagwId], WITH_REASON);
  if (act === 'resend') return pagwCommand('request resend', [pagwId], WITH_REASON);
  if (act === 'close') return pagwCommand('request close', [pagwId], { as: 'END', ...WITH_REASON });
  return act === 'resume' ? 'pagw retry pauses' : pagwCommand('request show', [pagwId]);
}

/**
 * The same for what stands at one stage for one cause; of several tenants, where none is given. What was lost is sent
 * again request by request: by which command they are listed, and one is sent.
 */
export function groupCommands(
  { acts: [act] }: NextStep,
  place: {
    tenant: string | null;
    stage: string;
    reason: string;
    errorCode: string | null;
    targetSystem: string | null;
  },
): string[] {
  const { tenant, stage, reason, errorCode, targetSystem } = place;
  const at = { ...(tenant === null ? {} : { tenant }), stage };
  // Not what the stage sends elsewhere.
  const to: Record<string, string> = targetSystem === null ? {} : { downstream: targetSystem };
  const narrowed = { ...at, ...(errorCode === null ? {} : { 'error-code': errorCode }), ...to };
  const first: string[] = [];
  if (act === 'pause') first.push(pagwCommand('retry pause', [], { ...at, ...to, ...WITH_REASON }));
  else if (act === 'resume') first.push('pagw retry pauses');
  else if (act === 'batch') first.push(`${pagwCommand('retry batch', [], narrowed)} --dry-run`);
  if (reason === 'no-result' || reason === 'hand-off-lost')
    return [
      ...first,
      pagwCommand('stuck', [], { ...at, reason }),
      pagwCommand('request resend', ['ID'], WITH_REASON),
    ];
  return first.length === 0 ? [pagwCommand('stuck', [], at)] : first;
}
