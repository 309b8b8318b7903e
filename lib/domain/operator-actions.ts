/** What can be done by hand, by the names that the audit keeps it under. */
export const operatorActions = [
  ...['archive.hold', 'archive.release', 'archive.restore'],
  'dead-letters.redrive',
  'incident.snooze',
  'rejected.replay',
  'report.freeze',
  ...['request.close', 'request.resend'],
  ...['retry.batch', 'retry.batch.cancel', 'retry.pause', 'retry.resume', 'retry.run'],
] as const;

/** A name, or what names begin with: `retry` for all of `retry.…`. */
export function isOperatorAction(name: string): boolean {
  return operatorActions.some((action) => action === name || action.startsWith(`${name}.`));
}
