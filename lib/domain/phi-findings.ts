import { nameSpans } from './name-spans.ts';
import { nameKind } from './person-names.ts';
import { isTradeText, type KeyMeaning, keyMeaning, looksLikeName } from './phi-keys.ts';
import { dateText, emailPattern, type PhiPattern, phiPatternGroups } from './phi-patterns.ts';
import { isTradeWord, wordsOf } from './trade-words.ts';

/** Personal data in a text: from `start` up to `end`, and what kind it is. */
export interface PhiSpan {
  start: number;
  end: number;
  kind: string;
}

/** What `matchAll` finds. That copies the pattern first, and most texts hold nothing of most patterns. */
function matchesOf(text: string, pattern: RegExp): Iterable<RegExpExecArray> {
  return text.search(pattern) < 0 ? [] : text.matchAll(pattern);
}

/** All that looks like personal data in a text in its plain form, kind by kind; places may overlap. */
export function* phiSpans(text: string): Generator<PhiSpan> {
  const lower = text.toLowerCase();
  for (const { gate, lowerCase, patterns } of phiPatternGroups()) {
    if (gate.test(lowerCase ? lower : text)) yield* patternSpans(text, patterns);
  }
  yield* emailSpans(text);
  yield* assignedSpans(text);
  yield* blockSpans(text);
  yield* formSpans(text);
  yield* rowOfColumnsSpans(text);
  yield* namedInPersonSpans(text);
  yield* namedByFormSpans(text);
  yield* quotedSpans(text);
  yield* pairedSpans(text);
  yield* elementSpans(text);
  yield* tableSpans(text);
  for (const span of nameSpans(text)) yield { ...span, kind: 'name' };
  yield* datedNameSpans(text);
  yield* rowSpans(text);
}

const wholeDate = new RegExp(`^(?:${dateText})$`);
const datedName = new RegExp(
  `(?<![\\p{L}\\d.])(\\p{Lu}[\\p{L}'-]{1,30}),? (\\p{Lu}[\\p{L}'-]{1,30})(?: \\p{Lu}\\.?)?(?=[ ,;(\\[|-]{1,3}(?:${dateText}))`,
  'gu',
);

const birthYear = /19\d\d|200\d|201[0-4]/;
const birthday = '(?:19\\d\\d|200\\d|201[0-4])-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\\d|3[01])(?!\\d)';
const namedFile = new RegExp(
  `(?<![\\p{L}\\d])(\\p{L}[\\p{L}']{1,30})[_-](\\p{L}[\\p{L}']{1,30})[_-](?=${birthday})|(?<=(?<!\\d)${birthday}[_-])(\\p{L}[\\p{L}']{1,30})[_-](\\p{L}[\\p{L}']{1,30})(?![\\p{L}\\d])`,
  'gu',
);

/** Two words that are no words of the trade before a date: `Mokoena Thandiwe 04/11/1961`, `MOKOENA_THANDIWE_19611104`. */
function* datedNameSpans(text: string): Generator<PhiSpan> {
  if (!/\d{8}|\d[-/.]\d/.test(text)) return;
  for (const pattern of birthYear.test(text) ? [datedName, namedFile] : [datedName]) {
    for (const { 0: match, 1: one, 2: other, 3: last, 4: first, index } of matchesOf(text, pattern)) {
      if (isTradeText(one ?? last ?? '') || isTradeText(other ?? first ?? '')) continue;
      yield { start: index, end: index + match.length, kind: 'name' };
    }
  }
}

const cells =
  /(?<![^\s:=("'])[^\s;|,\t]{1,40}(?:([;|,\t])[^\s;|,\t]{0,40})(?:\1(?:DATE )?[^\s;|,\t]{0,40}){1,60}/g;
const oldDay = new RegExp(`^(?:${birthday}|\\d{1,2}[-/.]\\d{1,2}[-/.](?:19\\d\\d|200\\d|201[0-4])$)`);

/** Keys and values by turns: `FirstName|Zofia|LastName|Wrona`. */
function isRowOfPairs(values: readonly string[]): boolean {
  return values.some((key, at) => {
    const held = values[at + 1];
    if (at % 2 !== 0 || !held || !/^[A-Za-z][\w .-]{1,40}$/.test(key) || keyMeaning(held) !== null)
      return false;
    const meaning = keyMeaning(key);
    return (
      (meaning === 'name' || meaning === 'birth' || meaning === 'id') && isPhiTextUnder(meaning, held, key)
    );
  });
}

/** A row of values without its heading, where a name stands beside a day long ago: `W1234;Mokoena;Thandiwe;19611104`. */
function* rowSpans(text: string): Generator<PhiSpan> {
  if (!/[;|,\t]\S*[;|,\t]/.test(text)) return;
  const isDatedText = /\d{8}|\d[-/.]\d/.test(text);
  for (const { 0: row, 1: separator = ';', index } of matchesOf(text, cells)) {
    const values = row.split(separator).map((cell) => cell.replace(/^(?:DATE )?["'(]+|["')]+$/g, ''));
    if (isRowOfPairs(values)) yield { start: index, end: index + row.length, kind: 'row' };
    if (!isDatedText || !values.some((cell) => oldDay.test(cell) || wholeDate.test(cell))) continue;
    const names = values.filter((cell) => /^\p{L}[\p{L}'-]{1,30}$/u.test(cell) && !isTradeText(cell));
    const isDated = values.some((cell) => oldDay.test(cell));
    if (names.length >= 2 ? isDated : names.some((cell) => nameKind(cell)?.sure === true))
      yield { start: index, end: index + row.length, kind: 'row' };
  }
}

function* patternSpans(text: string, patterns: readonly PhiPattern[]): Generator<PhiSpan> {
  for (const { name, pattern } of patterns) {
    for (const { 0: match, 1: kept = '', index } of matchesOf(text, pattern)) {
      if (name === 'old-date' && isDayOfFile(text, index)) continue;
      yield { start: index + kept.length, end: index + match.length, kind: name };
    }
  }
}

/** In a file's name, after a word of the trade: `daily_summary_2014-01-01.csv`. */
function isDayOfFile(text: string, at: number): boolean {
  const before = /(\p{L}{2,30})[_-]$/u.exec(text.slice(Math.max(0, at - 32), at))?.[1];
  return before !== undefined && isTradeText(before) && keyMeaning(before) === null;
}

/** Addresses of people: those of teams and services are made of words of the trade, as in `pas-oncall@…`. */
function* emailSpans(text: string): Generator<PhiSpan> {
  if (!text.includes('@')) return;
  for (const { 0: match, index } of matchesOf(text, emailPattern)) {
    const local = match.slice(0, match.indexOf('@'));
    if (!wordsOf(local).every((word) => word.length > 1 && isTradeWord(word) && nameKind(word) === null)) {
      yield { start: index, end: index + match.length, kind: 'email' };
    }
  }
}

const assignment =
  /(?<![\w.])([A-Za-z][\w.-]{0,63}(?:\[["']?[\w.-]{1,40}["']?\]){0,4}(?:[ _](?:of birth|of death|name|names|id|number|no|code|address|date|line 1|of kin|holder|contact|party))?)[\\"']{0,6}\s{0,4}(?:[:=]|=>)\s{0,4}/g;
const assigned = /[\\]{0,4}"((?:[^"\\\n]|\\.){0,400})|[\\]{0,4}'([^'\n]{0,400})|([^,;)\]}\n&|"'<>]{1,200})/y;
const bracketed = /\[([^\]\n"]{1,200})\]/y;

const partOfName = /^(?:first|last|middle|fn|ln)$/i;
const personWord =
  /(?<!\p{L})(?:patient|member|subscriber|beneficiary|dependent|insured|enrollee)(?!\p{L})/iu;

/** The value in `key=value`, `key: value` and `"key":"value"`, however often its quotes are escaped. */
function* assignedSpans(text: string): Generator<PhiSpan> {
  if (!/[:=]/.test(text)) return;
  const ofPerson = () =>
    personWord.test(text) ||
    (/\b(?:first|fn)[\\"']{0,4} ?[:=]/i.test(text) && /\b(?:last|ln)[\\"']{0,4} ?[:=]/i.test(text));
  for (const { 0: match, 1: key = '', index } of matchesOf(text, assignment)) {
    const name = key.slice(key.lastIndexOf('.') + 1).replace(/\[["']?([\w.-]+)["']?\]/g, ' $1');
    const meaning = keyMeaning(name);
    if (meaning === null || meaning === 'provider' || /^age$/i.test(key)) continue;
    bracketed.lastIndex = index + match.length;
    const list = bracketed.exec(text);
    if (list !== null && isPhiTextUnder(meaning, list[1] ?? '', key)) {
      yield { start: list.index + 1, end: bracketed.lastIndex - 1, kind: meaning };
      continue;
    }
    assigned.lastIndex = index + match.length;
    const value = assigned.exec(text);
    if (value === null) continue;
    // Without quotes a value ends where the next key begins: `first=Jane last=Doe`.
    const end = value[3] === undefined ? undefined : /\s[A-Za-z][\w.-]{0,63}[:=]/.exec(value[0])?.index;
    const whole = (isOfPerson(meaning) && surnameFirst(text, index + match.length)) || value[0].slice(0, end);
    const held = (value[1] ?? value[2] ?? whole).replace(/\\+$/, '').replace(/(?<=\p{L})\+(?=\p{L})/gu, ' ');
    if (held.startsWith('[masked')) continue;
    if (isPhiTextUnder(meaning, held, key) || (partOfName.test(key) && ofPerson() && looksLikeName(held))) {
      const start = assigned.lastIndex - value[0].length;
      yield { start, end: start + whole.length, kind: meaning };
    }
  }
}

function isOfPerson(meaning: KeyMeaning): boolean {
  return meaning === 'name' || meaning === 'maybe-name' || meaning === 'person';
}

const namesAndComma = /\p{Lu}[\p{L}'-]{1,30}, ?(\p{Lu}[\p{L}'-]{1,30})(?: \p{Lu}\.?)?(?![\p{L}\w]|[:=])/uy;

/** `Raman, Priya K`, which is one value where a comma parts values otherwise; null when none begins there. */
function surnameFirst(text: string, at: number): string | null {
  namesAndComma.lastIndex = at;
  const [whole, given = ''] = namesAndComma.exec(text) ?? [];
  return whole === undefined || isTradeText(given) ? null : whole;
}

const partsOfName = /^(?:first|last|middle|given|family|full|name|id|dob|born|ssn|phone|street|city|zip)$/i;
const block =
  /(?<![\p{L}\d])([A-Za-z][\w-]{1,40}):[ \t]*\r?\n((?:[ \t]{1,16}(?:- )?["']?[\w-]{1,40}["']?:[^\n]{0,200}(?:\r?\n|$)){1,40})/gu;

/** YAML: what stands indented below a word for a person. */
function* blockSpans(text: string): Generator<PhiSpan> {
  if (!/:[ \t]*\r?\n[ \t]/.test(text)) return;
  for (const { 0: whole, 1: owner = '', 2: lines = '', index } of matchesOf(text, block)) {
    if (keyMeaning(owner) !== 'person') continue;
    const start = index + whole.length - lines.length;
    for (const { 1: key = '', 2: held = '' } of lines.matchAll(
      /^[ \t]+(?:- )?["']?([\w-]+)["']?:[ \t]*(.*)$/gm,
    ))
      if (partsOfName.test(key) && /[\p{L}\d]/u.test(held) && !isTradeText(held))
        yield { start, end: start + lines.length, kind: 'person' };
  }
}

const formPart =
  /\bname="?([\w.[\]-]{1,64})"?[^\n]{0,200}\r?\n(?:[^\n]{1,200}\r?\n){0,4}?\r?\n([^\n]{1,400})/gi;

/** A field of a form that was sent in parts. */
function* formSpans(text: string): Generator<PhiSpan> {
  if (!/name="?\w[^\n]*\r?\n/i.test(text)) return;
  for (const { 0: whole, 1: key = '', 2: held = '', index } of matchesOf(text, formPart)) {
    const meaning = keyMeaning(key);
    if (meaning === null || !isPhiTextUnder(meaning, held, key)) continue;
    yield { start: index + whole.length - held.length, end: index + whole.length, kind: meaning };
  }
}

const insertion = /\binto [^()\n]{1,80}\(([^()\n]{1,400})\) values ?\(([^\n]{1,1000})/gi;

/** A row's values, of columns one of which is a person's. */
function* rowOfColumnsSpans(text: string): Generator<PhiSpan> {
  if (!/\binto\b/i.test(text)) return;
  for (const { 0: whole, 1: columns = '', 2: values = '', index } of matchesOf(text, insertion)) {
    const isPersonal = columns.split(',').some((column) => {
      const meaning = keyMeaning(column.trim().replace(/["`[\]]/g, ''));
      return meaning !== null && meaning !== 'provider';
    });
    // Placeholders are nobody's.
    if (isPersonal && /'|\d{4}/.test(values))
      yield { start: index + whole.length - values.length, end: index + whole.length, kind: 'row' };
  }
}

const namedInPerson =
  /((?<!\p{L})(?:patient|member|subscriber|beneficiary|dependent|insured|enrollee)(?!\p{L})[^\n]{0,40}[:=([] ?)(\p{Lu}[\p{L}'-]{1,30}), ?(\p{Lu}[\p{L}'-]{1,30})(?![\p{L}\d]|[:=])/giu;

const surnameAndInitial =
  /(?<=[:=([]\s?)(\p{Lu}{2,30}(?:-\p{Lu}{2,30})?), (\p{Lu}{2,30}) \p{Lu}(?![\p{L}\d])/gu;
/** `expected Anna but was Anne for first name`, and the field before it. */
const namesExpected =
  /(?<=\b(?:first|last|given|family|middle|member|patient)[ _]?name\b[^\n]{0,20}\bexpected:? ["'<[]?)\p{Lu}[\p{L}'-]{1,30}\W{1,4}(?:but )?(?:was|got|found|received|actual)\W{1,3}\p{Lu}[\p{L}'-]{1,30}|(?<=\bexpected:? ["'<[]?)\p{Lu}[\p{L}'-]{1,30}\W{1,4}(?:but )?(?:was|got|found|received|actual)\W{1,3}\p{Lu}[\p{L}'-]{1,30}(?=[^\n]{0,20}\b(?:first|last|given|family|middle|member|patient)[ _]?name\b)/giu;
/** `Patient/Wrona-Zofia` */
const idOfNames =
  /(?<=\b(?:Patient|RelatedPerson|Person)\/)(\p{Lu}\p{Ll}{1,30})[-_.](\p{Lu}\p{Ll}{1,30})(?![\p{L}\d])/gu;
/** `no coverage for patient Vang`, where the word for the person begins no name of a class or a service. */
const surnameAlone =
  /(?<=(?<![\p{L}\d])(?:[Pp]atient|[Mm]ember|[Ss]ubscriber|[Bb]eneficiary|[Dd]ependent|[Ii]nsured|[Ee]nrollee|[Gg]uarantor|[Pp]olicyholder) )(\p{Lu}\p{Ll}[\p{L}'-]{1,30}|\p{Lu}{5,30})(?=$|[.,;:!)]|\s(?:\p{Ll}{2,20}ed|(?:in)?active|unknown|missing|invalid|(?:in)?eligible|is|was|has|had|does|did|cannot|could|called|not|with|on|in|at)\b)/gu;
const namesCompared = /\bnames? (?:mis-?match|do(?:es)? not match|differs?|is different)/i;
const quotedName = /(?<=["'`])(\p{Lu}[\p{L}'-]{1,30})(?=["'`])/gu;
const twoNames = /(?<![\p{L}\d.])(\p{Lu}\p{Ll}[\p{L}'-]{1,30}) (\p{Lu}\p{Ll}[\p{L}'-]{1,30})(?![\p{L}\d])/gu;

/** `not eligible: WRONA, ZOFIA K`, `name mismatch: expected Zofia Wrona`. */
function* namedByFormSpans(text: string): Generator<PhiSpan> {
  if (/expected/i.test(text))
    for (const { 0: whole, index } of matchesOf(text, namesExpected))
      if (/^\p{Lu}/u.test(whole) && !whole.match(/\p{Lu}[\p{L}'-]+/gu)?.some(isTradeText))
        yield { start: index, end: index + whole.length, kind: 'name' };
  const patterns = [
    ...(text.includes('/') ? [idOfNames] : []),
    ...(text.includes(', ') ? [surnameAndInitial] : []),
    ...(personWord.test(text) ? [surnameAlone] : []),
    ...(namesCompared.test(text) ? [twoNames, quotedName] : []),
  ];
  for (const pattern of patterns) {
    for (const { 0: whole, 1: one = '', 2: other = '', index } of matchesOf(text, pattern))
      if (!isTradeText(one) && !isTradeText(other))
        yield { start: index, end: index + whole.length, kind: 'name' };
  }
}

/** `Member lookup failed: Brückner, Anselm`, with names that are on no list. */
function* namedInPersonSpans(text: string): Generator<PhiSpan> {
  if (!text.includes(',') || !personWord.test(text)) return;
  for (const { 0: whole, 1: before = '', 2: family = '', 3: given = '', index } of matchesOf(
    text,
    namedInPerson,
  )) {
    if (!/^\p{Lu}/u.test(family) || !/^\p{Lu}/u.test(given) || isTradeText(family) || isTradeText(given))
      continue;
    yield { start: index + before.length, end: index + whole.length, kind: 'name' };
  }
}

const quotedAfter =
  /(?<![\w.])(?:[A-Za-z]\w{0,40}(?:\[\d{1,3}\])?\.){0,6}([A-Za-z]\w{2,40})(?:\[\d{1,3}\])?(?: (?:name|of birth|id|number))?(?:\b|(?<=\]))(?:["'`](?: \([^()\n]{1,40}\))?(?=[ :]))?(?:: \p{L}{0,12} ?value)?[^"'\n=:<]{0,30}(["'`])([^"'`\n]{1,80})\2/gu;
const quotedBefore =
  /(["'`])([^"'`\n]{1,80})\1 (?:for|in|of|as|is (?:not )?(?:an? )?(?:valid|invalid)) (?:the )?(?:field |column |property |element |attribute |parameter )?["'`]?([A-Za-z]\w{2,40})/g;

/** A quoted value beside the field it is of: `lastName 'Doe' is too long`, `"Doe" for field lastName`. */
function* quotedSpans(text: string): Generator<PhiSpan> {
  if (!/["'`]/.test(text)) return;
  for (const { 0: match, 1: key = '', 3: held = '', index } of matchesOf(text, quotedAfter)) {
    if (!isPhiQuoted(key, held)) continue;
    const end = index + match.length - 1;
    yield { start: end - held.length, end, kind: 'quoted' };
  }
  for (const { 2: held = '', 3: key = '', index } of matchesOf(text, quotedBefore)) {
    if (isPhiQuoted(key, held)) yield { start: index + 1, end: index + 1 + held.length, kind: 'quoted' };
  }
}

function isPhiQuoted(key: string, held: string): boolean {
  const meaning = keyMeaning(key);
  if (meaning === 'maybe-name') return /^(?:family|given)$/i.test(key) && looksLikeName(held);
  if (meaning === null || !['name', 'birth', 'id', 'contact'].includes(meaning)) return false;
  return keyMeaning(held) === null && isPhiTextUnder(meaning, held, key);
}

const pair =
  /(?<![\p{L}\d])(?:field|name|key|path|property|param(?:eter)?|attribute|attr|column|element|label)(?:Name)?[\\"']{0,4}\s?[:=]\s?[\\"']{0,4}([\w.[\]-]{2,80})[\\"']{0,4}[,;]?\s{0,3}([^{}\n]{0,120}?)(?:\p{L}{0,16}[vV]alue|actual|received|got|input)[\\"']{0,4}\s?[:=]\s?[\\"'[]{0,4}([^"'\\{},;\]\n]{1,200})/gu;

/** A field's name, and its value under a key of its own: `"field":"lastName","rejectedValue":"Wrona"`. */
function* pairedSpans(text: string): Generator<PhiSpan> {
  if (!/value|actual|received|got|input/i.test(text)) return;
  for (const { 0: whole, 1: field = '', 3: held = '', index } of matchesOf(text, pair)) {
    const key = field.replace(/^.*\./, '').replace(/\[\d*\]$/, '');
    const meaning = keyMeaning(key);
    if (meaning === null || meaning === 'provider' || !isPhiTextUnder(meaning, held, key)) continue;
    yield { start: index + whole.length - held.length, end: index + whole.length, kind: meaning };
  }
}

const element = /<(?:[\w-]{1,30}:)?([A-Za-z][\w.-]{0,63})(?:\s[^<>]{0,300})?>([^<]{1,200})/g;
const elementAttribute =
  /<(?:[\w-]{1,30}:)?([A-Za-z][\w.-]{0,63})\s(?:[^<>]{0,200}?\s)?(?:value|extension)=[\\]{0,4}["']([^"'<>]{1,200})/g;

/** What an XML element holds, between its tags or in its value. */
function* elementSpans(text: string): Generator<PhiSpan> {
  if (!text.includes('<')) return;
  for (const pattern of [element, elementAttribute]) {
    for (const { 0: match, 1: name = '', 2: held = '', index } of matchesOf(text, pattern)) {
      const meaning = keyMeaning(name);
      if (meaning === null || meaning === 'provider' || !isPhiTextUnder(meaning, held, name)) continue;
      yield { start: index + match.length - held.length, end: index + match.length, kind: meaning };
    }
  }
}

/** Rows below a heading that names two or more of a person's data. */
function* tableSpans(text: string): Generator<PhiSpan> {
  const end = text.indexOf('\n');
  if (end < 0 || end > 2_000) return;
  const separator = /[,;\t|]/.exec(text.slice(0, end))?.[0];
  if (separator === undefined) return;
  const heading = text.slice(0, end).split(separator);
  if (
    heading.length > 60 ||
    text
      .slice(end + 1)
      .split('\n', 1)[0]
      ?.split(separator).length !== heading.length
  )
    return;
  const meanings = heading.map((title) => keyMeaning(title.trim().replace(/["']/g, '')));
  if (meanings.filter((meaning) => meaning !== null && meaning !== 'provider').length >= 2) {
    yield { start: end + 1, end: text.length, kind: 'table' };
  }
}

/** Stricter than for a key of its own: running text also speaks about data, as in `birthDate: must be before today`. */
function isPhiTextUnder(meaning: KeyMeaning, sent: string, key: string): boolean {
  const text = sent.trim();
  // Without the sign for which a rule refused a name.
  const first = (text.split(/\s/)[0] ?? '').replace(/[!?*#&%$+]+$/, '');
  if (text === '' || /^(?:null|none|undefined|true|false)\b/i.test(text)) return false;
  switch (meaning) {
    case 'birth':
      return /\d/.test(text.slice(0, 24));
    case 'id':
      return /\d/.test(first);
    case 'contact':
      if (/^\/?(?:\d{1,3}\.){3}\d|^\w+:\/\/|^0x|^[\w.-]+:\d+$/.test(text)) return false;
      return /\d/.test(text.slice(0, 24)) || (/^\p{Lu}/u.test(text) && !isTradeText(first));
    case 'name':
      if (!/^\p{L}[\p{L}'.,-]*$/u.test(first) || /^\p{Ll}+[-.]/u.test(first) || isTradeText(first))
        return false;
      return !/^names?$/i.test(key) || /^\p{Lu}/u.test(first) || nameKind(first) !== null;
    case 'maybe-name':
      if (text.split(/[\s,]+/).some((word) => nameKind(word)?.sure)) return looksLikeName(text);
      return /(?:^|\.)(?:family|given)$/i.test(key) && looksLikeName(text.replace(/\d+$/, ''));
    case 'flag':
      return /^(?:y|yes|n|no|true|false)\b/i.test(text);
    case 'trait':
      return /^\p{L}/u.test(text) && !isTradeText(first);
    case 'person':
      return (
        isLowerName(text) ||
        /\d{4}/.test(first) ||
        nameKind(first)?.sure === true ||
        (/\s/.test(text) && looksLikeName(text))
      );
    default:
      return false;
  }
}

/** Two words in small letters that are none of the trade: `vang, mai`, `okonjo_zainab`. */
function isLowerName(text: string): boolean {
  return /^\p{Ll}{3,30}(?:, ?|[ _.])\p{Ll}{3,30}$/u.test(text) && !text.split(/[, _.]+/).some(isTradeWord);
}
