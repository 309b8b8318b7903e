/** Characters of why somebody acted by hand: a few words, which lists and the audit show whole. With who agreed the tables take 1,000. */
export const REASON_MOST = 500;

/** What is wrong with a stated reason, as a sentence; null for nothing. */
export function reasonFault(reason: string): string | null {
  if (reason.trim() === '') return 'Say why in a few words.';
  const { length } = [...reason.trim()];
  return length > REASON_MOST ? `Say why in at most ${REASON_MOST} characters; these are ${length}.` : null;
}
