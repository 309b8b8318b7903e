import { nameKind } from './person-names.ts';
import { isTradeText } from './phi-keys.ts';
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
