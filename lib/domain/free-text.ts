import { nameKind } from './person-names.ts';
import { isTradeText, keyMeaning } from './phi-keys.ts';
import { speaksOfPeople } from './phi-patterns.ts';
import { RememberedTexts } from './remembered-texts.ts';
import { plainForm } from './trade-words.ts';

const longestId = 128;
const longestAddress = 1_024;

/** All but ids, codes, times, addresses of machines and the trade's own words. */
export function isFreeText(sent: string): boolean {
  const text = plainForm(sent).trim();
  if (!/\p{L}/u.test(text)) return text.length > longestId;
  if (/^[\w+./:@#%?&=,;~$()[\]{}|\\^*`!'"<>-]+$/.test(text)) {
    if (text.length > (/^[\w+.-]+:/.test(text) ? longestAddress : longestId)) return true;
    return nameKind(text)?.sure === true;
  }
  if (text.length > 240) return true;
  const parts = text.split(/(?:[\s\p{S}()[\]{}-]|(?!\.)\p{Po})+/u).filter((part) => part !== '');
  const unknown = parts.filter((part) => !isCode(part) && !isTradeText(part));
  if (unknown.length === 0) return false;
  if (unknown.length > 1 || parts.length > 3) return true;
  // A product's name with its version; one word that no list has between two of the trade's.
  const [word = ''] = unknown;
  if (nameKind(word) !== null) return true;
  return !(/(?:^|\s)v?\d+\.\d+/.test(text) || /^[a-z]{3,}$/.test(word));
}

/**
 * Tells of somebody rather than names them: a capital letter begins a word, and another word is neither the last part of
 * a name nor joins two: `called about Robert Brown`, not `University of the Valley Hospital`.
 */
export function isSentence(sent: string): boolean {
  const words = plainForm(sent).split(/[\s,;:()]+/);
  return words.some((word) => /^\p{Lu}/u.test(word)) && words.some((word) => isVerbLike(word));
}

/** A lower-case word that is too long for one that joins the parts of a name. */
function isVerbLike(word: string): boolean {
  return /^\p{Ll}{3,}\.?$/u.test(word) && !joinsNames.has(word);
}

/** The articles, prepositions and conjunctions within names of people and places. */
const joinsNames = new Set(
  'and the for van von der den des del dos das los las della degli sur und aux'.split(' '),
);

/** What no person is called: with a digit, an underscore or a capital letter inside; short capitals; units. */
function isCode(word: string): boolean {
  if (/^(?:[A-Z]{1,4}|[a-z]{1,2})$/.test(word)) return nameKind(word)?.sure !== true;
  return /^[\w.+-]*(?:\d|_|[a-z][A-Z])[\w.+-]*$/.test(word) && word.length <= longestId;
}

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
  for (const token of undated.match(/[A-Za-z\d]+/g) ?? []) {
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
