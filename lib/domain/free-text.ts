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

/** What no person is called: with a digit, an underscore or a capital letter inside; short capitals; units. */
function isCode(word: string): boolean {
  if (/^(?:[A-Z]{1,4}|[a-z]{1,2})$/.test(word)) return nameKind(word)?.sure !== true;
  return /^[\w.+-]*(?:\d|_|[a-z][A-Z])[\w.+-]*$/.test(word) && word.length <= longestId;
}
