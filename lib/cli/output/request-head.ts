import type { RequestRow } from '../../data-access/query/find-request.ts';
import { printable } from '../../domain/printable-text.ts';
import { type Fact, factsText } from './facts-text.ts';
import type { Paint } from './paint.ts';
import { eventStatusCell, requestStatusCell } from './status-cell.ts';
import type { Cell } from './table.ts';
import { ageText, momentText, type TimeZone, tookText } from './time-text.ts';

export interface RequestView {
  paint: Paint;
  width: number | undefined;
  zone: TimeZone;
  now: Date;
}

/** Who, what, where it stands and since when. */
export function requestHeadText(request: RequestRow, view: RequestView): string {
  const { paint, zone, now } = view;
  const about = [request.tenant, request.requestType, request.priority].filter((part) => part !== null);
  const title = `${paint(printable(request.pagwId), 'bold')} ${paint(printable(`· ${about.join(' · ')}`), 'dim')}\n`;
  const at = (moment: Date | null) => moment && `${momentText(moment, zone)} · ${ageText(moment, now)}`;
  const { receivedAt, completedAt } = request;
  const facts: Fact[] = [
    ['Status', statusFact(request)],
    ['Main lane', mainLaneFact(request)],
    ['Received', at(receivedAt)],
    ['Last event', completedAt === null ? at(request.lastEventAt) : null],
    ['Closed', completedAt && `${at(completedAt)}, after ${tookText(+completedAt - +receivedAt)}`],
    ['Archived', at(request.archivedAt)],
    ['Decided', request.decidedAt && `${request.determination ?? '?'} · ${at(request.decidedAt)}`],
    ['Answer', unclearFact(request, zone)],
    ['Decision due', request.decidedAt === null ? at(request.decisionDueAt) : null],
    ['Stuck', stuckFact(request, now)],
    ['Failures', failuresFact(request)],
    ['Correlation', request.correlationId],
    ['Reference', request.externalReferenceId],
    ['Payload', request.payloadKey && `s3://${request.payloadBucket ?? '?'}/${request.payloadKey}`],
  ];
  return title + factsText(facts, paint, view.width);
}

function statusFact({ status, completedAt }: RequestRow): Cell {
  const cell = requestStatusCell(status);
  return { ...cell, text: `${cell.text} · ${completedAt === null ? 'in flight' : 'closed'}` };
}

function unclearFact({ decidedAt, unclearAnswerAt }: RequestRow, zone: TimeZone): Cell | null {
  if (decidedAt !== null || unclearAnswerAt === null) return null;
  return {
    text: `not understood at ${momentText(unclearAnswerAt, zone)}, the decision clock runs on`,
    style: 'yellow',
  };
}

function mainLaneFact(request: RequestRow): Cell | null {
  const { mainStage, mainEventType, mainStatus, mainAttempt, nextStage, targetSystem } = request;
  if (mainStage === null) return null;
  const status = eventStatusCell(mainStatus);
  const attempt = (mainAttempt ?? 1) > 1 ? `, attempt ${mainAttempt}` : '';
  const next = nextStage === null ? '' : ` → ${nextStage}`;
  const target = targetSystem === null ? '' : ` (${targetSystem})`;
  return { ...status, text: `${mainStage}${target} · ${mainEventType} ${status.text}${attempt}${next}` };
}

function stuckFact({ stuckReason, stuckSince }: RequestRow, now: Date): Cell | null {
  if (stuckReason === null) return null;
  const since = stuckSince === null ? '' : `, since ${ageText(stuckSince, now)}`;
  return { text: `${stuckReason}${since}`, style: 'yellow' };
}

function failuresFact({ failureCount, retryCount, lastErrorCode }: RequestRow): string | null {
  if (failureCount === 0) return null;
  const latest = lastErrorCode === null ? '' : `, the latest ${lastErrorCode}`;
  return `${failureCount} failed, ${retryCount} retried${latest}`;
}
