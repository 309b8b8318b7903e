import { nameKind } from './person-names.ts';
import { isTradeText, keyMeaning } from './phi-keys.ts';
import { speaksOfPeople } from './phi-patterns.ts';
import { RememberedTexts } from './remembered-texts.ts';

const longest = 200;
const allowed = /^[A-Za-z\d._#:/-]+$/;
/** A day of which requests are; births are older. */
const recentDay =
  /(?<![A-Za-z\d])20(?:1[5-9]|[23]\d)([-/]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?![A-Za-z\d])/g;
/** Digits in groups as of a person's number, an old year, the number of a Medicare beneficiary, a case's number, an element of X12 or HL7. */
const doubtful =
  /\d{3}[._#:/-]+\d{2,3}[._#:/-]+\d{4}|\d{5}-\d{4}|\d{4}-\d{4}-\d{4}|(?<!\d)00-\d|19\d\d|200\d|201[0-4]|case[._-]?(?:#|n|id)|(?:pid|nk1|in1)[-._]\d|(?:nm1|dmg|n[34]|per)0\d|[1-9][A-Z][A-Z\d]\d-?[A-Z][A-Z\d]\d-?[A-Z]{2}\d{2}/i;
/** A short number, hexadecimal as short or of a digest's length, letters with a number after them or none. */
const part =
  /^(?:\d{1,8}|(?=[A-Fa-f]*\d)([\dA-F]{1,32}|[\da-f]{1,32}|[\da-f]{40}|[\da-f]{64})|([A-Za-z]+)\d{0,3})$/;
/** A byte in hexadecimal that no text holds. */
const noText = /^(?:..)*?(?:0[0-8bcef]|1[\dA-Fa-f]|[fF][5-9A-Fa-f])/;

/**
 * Whether a text is plainly an id, a name or an address of the pipeline: the trade's words, short numbers, hexadecimal
 * and recent days. No rule of the guard finds anything in such a one, and most ids are.
 */
export function isMachineMade(text: string): boolean {
  if (text.length > longest || !allowed.test(text)) return false;
  const undated = text.includes('20') ? text.replace(recentDay, '2030D') : text;
  if (doubtful.test(undated)) return false;
  for (const [token] of undated.matchAll(/[A-Za-z\d]+/g)) {
    const [whole, hex = '', word = ''] = part.exec(token) ?? [];
    if (whole === undefined || (hex.length >= 12 && !noText.test(hex))) return false;
    if (word.length > 1 && !isPlainWord(word)) return false;
  }
  return true;
}

const plainWords = new RememberedTexts<boolean>({ longest: 40, most: 2_000 });

/** A word of the trade that neither names a person's datum nor anybody. */
function isPlainWord(word: string): boolean {
  const known = plainWords.get(word);
  if (known !== undefined) return known;
  return plainWords.remember(
    word,
    /^(?:com|case)$/i.test(word) ||
      (isTradeText(word) && nameKind(word) === null && keyMeaning(word) === null && !speaksOfPeople(word)),
  );
}
