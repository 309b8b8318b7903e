import type { Find, Kind } from './stated-fields.ts';
import { timestampForm } from './stated-time.ts';
import { instantOf } from './stated-values.ts';

/**
 * Every name under which `request` or metadata may state something of the decision, as names are compared. What is looked for is
 * of this type, so that none is missing: an event with none of them states nothing.
 */
export const statementNames = [
  ...(['requesttype', 'priority', 'result', 'receivedat', 'episode', 'episodeno', 'outcome'] as const),
  ...(['plan', 'planid', 'plancode', 'healthplan', 'healthplanid', 'contract', 'contractid'] as const),
  ...(['contractnumber', 'issuerid', 'delegate', 'delegateid', 'delegatedto', 'delegatedentity'] as const),
  ...(['drug', 'drugs', 'isdrug', 'hasdrug', 'hasdrugs', 'drugrequest', 'drugtype', 'drugbenefit'] as const),
  ...(['drugcategory', 'category', 'itemtype', 'servicetype', 'benefit', 'benefittype'] as const),
  ...(['expedited', 'isexpedited', 'urgent', 'isurgent', 'hasurgent', 'expeditedenied'] as const),
  ...(['expediteddenied', 'downgraded', 'upgraded', 'newpriority', 'topriority', 'to'] as const),
  ...(['hcr01', 'reviewaction', 'reviewactioncode', 'reviewdecision', 'actioncode'] as const),
  ...(['certificationaction', 'decision', 'determination', 'disposition'] as const),
  ...(['approved', 'denied', 'pended', 'lines', 'linecounts', 'lineitems', 'linesummary'] as const),
  ...(['linesapproved', 'linescertified', 'linesmodified', 'linespartial', 'linesdenied'] as const),
  ...(['linespended', 'linespending', 'approvedlines', 'certifiedlines', 'modifiedlines'] as const),
  ...(['partiallines', 'deniedlines', 'pendedlines', 'pendinglines'] as const),
  ...(['closereason', 'cancelreason', 'cancellationreason', 'statusreason', 'closedas'] as const),
  ...(['denialreason', 'denialreasoncode', 'denialcode', 'reasoncode', 'reason', 'decisionreason'] as const),
  ...(['rationalecode', 'reviewreason', 'reviewreasoncode', 'decisionreasoncode', 'hcr03'] as const),
  ...(['pendreason', 'pendreasoncode', 'pendingreason', 'pendcode', 'pendedreason'] as const),
  ...(['notifiedat', 'noticeat', 'noticesentat', 'notificationsentat', 'deliveredat'] as const),
  ...(['extension', 'extended', 'timeframeextension', 'deadlineextension', 'extensiondays'] as const),
  ...(['extendeddays', 'daysextended', 'days', 'extendeduntil', 'extensionuntil', 'newdueat'] as const),
  ...(['extensionat', 'extendedat', 'extensionby', 'extendedby', 'requestedby', 'by'] as const),
  ...(['appeal', 'appealed', 'isappeal', 'appealstatus', 'appealoutcome', 'appealdecision'] as const),
  ...(['appealresult', 'appealdisposition', 'appealdecidedat', 'appealreceivedat'] as const),
  ...(['appealedat', 'appealfiledat'] as const),
] as const;

export type StatementName = (typeof statementNames)[number];

export type FindStatement = Find<StatementName>;

export const time: Kind<string> = { rule: 'timestamp', meant: timestampForm, read: instantOf };

/** Without what is not stated. */
export function defined<Shape extends object>(
  stated: Shape,
): { [Name in keyof Shape]?: NonNullable<Shape[Name]> } {
  return Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined)) as never;
}
