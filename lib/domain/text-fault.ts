/** No id, name or code that is stored is longer; in characters. */
export const LONGEST_FILTER = 256;

/**
 * Why a text that somebody asks with can match nothing that is stored, as the end of a sentence; null when it can.
 * PostgreSQL's text holds no NUL and no half of a surrogate pair.
 */
export function textFault(text: string, most = LONGEST_FILTER): string | null {
  if (text.includes('\u0000')) return 'holds a NUL character, which no stored text does';
  if (!text.isWellFormed()) return 'holds half of a surrogate pair, which is no character';
  // A character takes at most two units: counting them is needed in between only.
  const isLonger = text.length > most * 2 || (text.length > most && [...text].length > most);
  return isLonger ? `is longer than ${most} characters` : null;
}
