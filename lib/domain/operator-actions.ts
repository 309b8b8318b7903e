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

/** Characters of why somebody acted by hand: a few words, which lists and the audit show whole. With who agreed the tables take 1,000. */
export const REASON_MOST = 500;

/** What is wrong with a stated reason, as a sentence; null for nothing. */
export function reasonFault(reason: string): string | null {
  if (reason.trim() === '') return 'Say why in a few words.';
  const { length } = [...reason.trim()];
  return length > REASON_MOST ? `Say why in at most ${REASON_MOST} characters; these are ${length}.` : null;
}
