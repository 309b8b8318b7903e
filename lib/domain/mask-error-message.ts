import { encodedRuns, unescaped } from './phi-encodings.ts';
import { type PhiSpan, phiSpans } from './phi-findings.ts';
import { looksLikePhi, unlistedNames } from './phi-guard.ts';
import { dateText } from './phi-patterns.ts';
import { plainForm } from './trade-words.ts';

const errorMessageMaxLength = 4_000;
const mask = '[masked]';
const cutMark = '… [cut]';
/** Longer texts are cut before masking: what follows could never reach the 4,000 kept characters but by mass masking. */
const inspectedLength = 20_000;

/** Statements that quote data as it stands in a row, a document or an input; an empty one is nobody's. `$1` keeps the words around it. */
const quotedData: readonly [RegExp, string][] = [
  // A row's values may hold line breaks and brackets: without a plain end, all that follows counts as the row.
  [/(failing row contains )\([\s\S]*?(?:\)\.?(?=\s*$|\n\s*(?:at |Caused by|Where:|SQL))|$)/gi, `$1(${mask})`],
  [
    /(key )\([^\n]*?\) ?= ?\([^\n]*?\)(?= (?:already exists|is not present|is still referenced|conflicts)|[^\n]*$)/gim,
    `$1(${mask})`,
  ],
  // SQL Server's.
  [/(duplicate key value is )\([^\n]*?\)/gi, `$1(${mask})`],
  [/((?:CONTEXT|Where): {1,2})[^\n]*/g, `$1${mask}`],
  [/((?:parameters|Parameters|binding parameter)[^:=\n]{0,40}[:=] ?)[^\n]*/g, `$1${mask}`],
  // Hibernate's.
  [/(binding parameter [^\n]{0,40}?(?:<?-) ?)\[[^\n]*\]/g, `$1[${mask}]`],
  [/\{[^{}\n]{0,40}\\?"resourceType[\s\S]*/g, mask],
  [/(<\w{1,40} xmlns=["']http:\/\/hl7\.org\/fhir)[\s\S]*/g, mask],
  [
    /((?:For input string|from String|unrecognized token|Unrecognized token|invalid input (?:syntax|value) for [\w ]{1,60}):? ?)(?:"[^"\n]+"?|'[^'\n]+'?)/g,
    `$1${mask}`,
  ],
  [/(Text )'[^'\n]+'( could not be parsed)/g, `$1${mask}$2`],
  // Spring's binding errors, and statements with their values.
  [/(rejected value )\[(?!(?:null)?\])[^\n]*?\](?=[;,.]|\s*$)/gi, `$1${mask}`],
  [/(\binto [^()\n]{1,80}\([^()\n]{1,400}\) values ?)\([^\n]*/gi, `$1(${mask})`],
  [/(Duplicate entry )'[^'\n]+'/g, `$1${mask}`],
];

/**
 * All plain dates go, not only those beside a birth word: dates of service identify a person too. Timestamps stay, and
 * the day on which a certificate or a password expires.
 */
const plainDate = new RegExp(
  `(?<![\\w/-]|\\b(?:certificate|cert|token|credentials?|password|keystore) (?:has |have |will )?(?:expire[sd]?|not valid (?:after|before))(?: on| at)?:? )(?:${dateText})(?:(?=T00:00(?::00(?:\\.0{1,9})?)?(?![:.\\d]))|(?![\\w/-]|[T ]\\d\\d:\\d\\d))`,
  'gi',
);

/** An error text with what looks like personal data masked, at most 4,000 characters, a mark where it was cut. */
export function maskErrorMessage(text: string): string {
  const sent = text.slice(0, inspectedLength);
  const plain = plainForm(sent);
  let masked = plain;
  for (const [pattern, kept] of quotedData) masked = masked.replace(pattern, kept);
  masked = maskSpans(maskEncoded(masked));
  const shown = unescaped(masked);
  if (shown !== masked) {
    const readable = maskSpans(plainForm(shown));
    // Only where taking escapes off brings something to light: otherwise the text stays as it was sent.
    if (readable !== plainForm(shown)) masked = readable;
  }
  masked = masked.replace(plainDate, mask);
  return cut(masked === plain ? sent : masked, text.length > inspectedLength);
}

const escaped = /%[\da-f]{2}|&#?\w{2,7};|\\[ux][\da-f]{2}/i;

/** Runs of base64 and the like, and words in escapes, that hold personal data: as a whole. */
function maskEncoded(text: string): string {
  const runs: PhiSpan[] = [];
  for (const { start, end } of encodedRuns(text)) runs.push({ start, end, kind: 'encoded' });
  for (const { 0: run, index } of escaped.test(text) ? text.matchAll(/[^\s"'<>]+/g) : []) {
    if (escaped.test(run)) runs.push({ start: index, end: index + run.length, kind: 'encoded' });
  }
  return withMasks(
    text,
    runs.filter(({ start, end }) => looksLikePhi(text.slice(start, end))),
  );
}

function maskSpans(text: string): string {
  return withMasks(text, [...phiSpans(text), ...unlistedNames(text)]);
}

function withMasks(text: string, spans: PhiSpan[]): string {
  if (spans.length === 0) return text;
  let masked = '';
  let kept = 0;
  for (const { start, end } of spans.toSorted((one, other) => one.start - other.start)) {
    if (start >= kept) masked += text.slice(kept, start) + mask;
    kept = Math.max(kept, end);
  }
  return masked + text.slice(kept);
}

function cut(text: string, alreadyCut: boolean): string {
  if (!alreadyCut && text.length <= errorMessageMaxLength) return text;
  // toWellFormed: the cut may halve a surrogate pair, which PostgreSQL refuses.
  return text.slice(0, errorMessageMaxLength - cutMark.length).toWellFormed() + cutMark;
}
