import { type NameKind, nameKind } from './person-names.ts';
import { isTradeWord } from './trade-words.ts';

interface Word {
  start: number;
  end: number;
  lower: string;
  name: NameKind | null;
  /** Begins with a capital letter. */
  capital: boolean;
  /** A word of the language or the trade, and no sure name. */
  trade: boolean;
}

export interface NameSpan {
  start: number;
  end: number;
}

const set = (words: string) => new Set(words.split(/\s+/));
const titles = set(
  'Mr Mrs Ms Miss Mx MR MRS Hr Hrn Sig Signor Signora Dhr Mevr Herr Frau Señor Señora Senor Senora Sr Sra Srta Don Doña Mme Mlle Monsieur Madame',
);
const persons =
  set(`patient pt member mbr subscriber beneficiary dependent insured enrollee paciente miembro afiliado
  afiliada asegurado asegurada patientin mother father son daughter spouse wife husband guardian guarantor claimant
  applicant parent child policyholder named llamado llamada niño niña hijo hija madre padre newborn recipient caregiver
  for`);
const qualifiers = set(
  'first last middle given family full maiden patient member subscriber insured beneficiary legal',
);
/** After a name these make it a place's or an institution's; before it, a saint's. */
const institutions =
  set(`hospital hospitals medical clinic health healthcare university college center centre institute
  foundation pharmacy memorial regional school county associates laboratories laboratory labs inc llc corp street avenue`);
const saints = set('st saint san santa mount fort lake port');

/** Where a text names a person: known names side by side, and names after a title or a word for a person. */
export function* nameSpans(text: string): Generator<NameSpan> {
  const words = readWords(text);
  for (let at = 0; at < words.length; at++) {
    const first = words[at];
    if (first === undefined) continue;
    const end = namedAfter(text, words, at) ?? namedHere(text, words, at);
    if (end === null) continue;
    const start = isIntroduction(first) ? words[at + 1] : first;
    const last = words[end];
    if (start === undefined || last === undefined) continue;
    yield { start: start.start, end: last.end };
    at = end;
  }
}

const wordPattern = /\p{L}[\p{L}\p{M}']*/gu;

function readWords(text: string): Word[] {
  const words: Word[] = [];
  for (const { 0: whole, index } of text.matchAll(wordPattern)) {
    const name = nameKind(whole);
    if (name !== null || !/\p{Ll}\p{Lu}/u.test(whole)) {
      words.push(readWord(whole, index, name));
      continue;
    }
    // JohnSmith, and patientMapper as well.
    let offset = index;
    for (const part of whole.split(/(?<=\p{Ll})(?=\p{Lu})/u)) {
      words.push(readWord(part, offset, nameKind(part)));
      offset += part.length;
    }
  }
  return words;
}

function readWord(word: string, start: number, name: NameKind | null): Word {
  const lower = word.toLowerCase();
  return {
    start,
    end: start + word.length,
    lower,
    name,
    capital: /^\p{Lu}/u.test(word),
    trade: name?.sure !== true && (isTradeWord(lower) || persons.has(lower)),
  };
}

function isIntroduction(word: Word): boolean {
  return persons.has(word.lower) || isTitle(word) || word.lower === 'name';
}

/** Titles that are no words of English when they are written small. */
const smallTitles = set('mr mrs señor señora senora signor signora mevr herr frau monsieur madame');

function isTitle(word: Word): boolean {
  return (
    (word.capital || smallTitles.has(word.lower)) &&
    titles.has(word.lower[0]?.toUpperCase() + word.lower.slice(1)) &&
    word.name === null
  );
}

/** The last word of a name after the word `at`, if that introduces one. */
function namedAfter(text: string, words: readonly Word[], at: number): number | null {
  const [word, first, second] = [words[at], words[at + 1], words[at + 2]];
  if (word === undefined || first === undefined || !isIntroduction(word)) return null;
  if (word.lower === 'name' && first.lower === 'is' && second?.capital === true && !second.trade)
    return extended(text, words, at + 2);
  if (!/^[\s:.,'"=(#]{1,4}$/.test(text.slice(word.end, first.start))) return null;
  const sure = first.name?.sure === true;
  if (isTitle(word) || (word.lower === 'name' && qualifiers.has(words[at - 1]?.lower ?? ''))) {
    return first.capital && !first.trade ? extended(text, words, at + 1) : null;
  }
  if (word.lower === 'name') return sure && first.capital ? extended(text, words, at + 1) : null;
  if (word.lower === 'for' && !(sure && first.capital)) {
    const names = first.name?.given === true && first.capital && second?.capital === true && !second.trade;
    return names && isLinked(text, first, second) && !isInitial(second) && !institutions.has(second.lower)
      ? extended(text, words, at + 2)
      : null;
  }
  if (sure && (first.capital || second?.name != null)) return extended(text, words, at + 1);
  if (word.lower === 'for' || second === undefined || !first.capital || !second.capital) return null;
  const between = text.slice(first.end, second.start);
  const close = /^(?:[ ,.]{1,2}|\/)$/.test(between);
  const initial = second.end - second.start === 1;
  if (!close || first.trade || !(initial || !second.trade)) return null;
  return extended(text, words, between === '/' ? at + 2 : at + 1);
}

/** The last word of a name that begins at the word `at`, known as one without an introduction. */
function namedHere(text: string, words: readonly Word[], at: number): number | null {
  const [first, second, third] = [words[at], words[at + 1], words[at + 2]];
  if (first === undefined || second === undefined) return null;
  const gap = text.slice(first.end, second.start);
  if (gap.length > 4 || !/^(?:[ \t,'"_.^|*;/+&=:()\\-]|%20)*$/.test(gap)) return null;
  if (gap.startsWith('. ') && !isInitial(first)) return null;
  if (!areName(text, first, second, third, gap)) return null;
  const end = extended(
    text,
    words,
    at + (isInitial(second) && third !== undefined && isLinked(text, second, third) ? 2 : 1),
  );
  const [before, after] = [words[at - 1], words[end + 1]];
  if (
    after !== undefined &&
    institutions.has(after.lower) &&
    text.slice(words[end]?.end, after.start) === ' '
  )
    return null;
  if (before !== undefined && saints.has(before.lower) && /^\.? ?$/.test(text.slice(before.end, first.start)))
    return null;
  return end;
}

function areName(text: string, first: Word, second: Word, third: Word | undefined, gap: string): boolean {
  const [one, other] = [first.name, second.name];
  const spaced = /^,? $/.test(gap);
  if (one !== null && other !== null && first.lower !== second.lower) {
    const fits = (one.given && other.family) || (one.family && other.given);
    if (fits && (one.sure || other.sure) && (spaced || gap !== '' || (one.sure && other.sure))) return true;
    if (one.sure && other.sure && first.capital && second.capital) return true;
  }
  if (isInitial(second) && first.capital && one?.given === true && one.sure && spaced) {
    // Jane Q. Doe, John S.
    if (text[second.end] === '.') return true;
    return third?.capital === true && !third.trade && isLinked(text, second, third);
  }
  if (isInitial(first) && first.capital && /^\.? $/.test(gap))
    return other?.family === true && other.sure && second.capital;
  if (!(spaced || gap === '_') || !first.capital || !second.capital || isInitial(first) || isInitial(second))
    return false;
  if (one?.sure === true && one.given) return !second.trade && second.end - second.start > 2;
  return other?.sure === true && other.family && !first.trade && first.end - first.start > 2;
}

/** As far as the name goes on: capital words and initials that are none of the trade. */
function extended(text: string, words: readonly Word[], from: number): number {
  let end = from;
  for (let next = words[end + 1]; next !== undefined && end - from < 4; next = words[end + 1]) {
    const last = words[end];
    if (last === undefined || !isLinked(text, last, next)) break;
    if (!(next.capital && (!next.trade || isInitial(next))) && next.name?.sure !== true) break;
    end += 1;
  }
  return end;
}

function isLinked(text: string, word: Word, next: Word): boolean {
  return /^(?:[ .,'_^-]{1,2}|)$/.test(text.slice(word.end, next.start));
}

function isInitial(word: Word): boolean {
  return word.end - word.start === 1;
}
