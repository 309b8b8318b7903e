import { isDeniedKey } from './phi-keys.ts';
import { dateText, phiPatterns, plainPunctuation } from './phi-patterns.ts';

export const errorMessageMaxLength = 4_000;
const mask = '[masked]';
const cutMark = '… [cut]';
/** Longer texts are cut before masking: what follows could never reach the 4,000 kept characters but by mass masking. */
const inspectedLength = 20_000;

/** Statements that quote data as it stands in a row, a document or an input. `$1` keeps the words around it. */
const quotedData: readonly [RegExp, string][] = [
  // A row's values may hold line breaks and brackets: without a plain end, all that follows counts as the row.
  [/(failing row contains )\([\s\S]*?(?:\)\.?(?=\s*$|\n\s*(?:at |Caused by|Where:|SQL))|$)/gi, `$1(${mask})`],
  [
    /(Key )\([^\n]*?\)=\([^\n]*?\)(?= (?:already exists|is not present|is still referenced|conflicts)|[^\n]*$)/gm,
    `$1(${mask})`,
  ],
  [/((?:CONTEXT|Where): {1,2})[^\n]*/g, `$1${mask}`],
  [/((?:parameters|Parameters|binding parameter)[^:=\n]{0,40}[:=] ?)[^\n]*/g, `$1${mask}`],
  [/\{[^{}\n]{0,40}\\?"resourceType[\s\S]*/g, mask],
  [/(<\w{1,40} xmlns=["']http:\/\/hl7\.org\/fhir)[\s\S]*/g, mask],
  [
    /((?:For input string|from String|unrecognized token|Unrecognized token|invalid input (?:syntax|value) for [\w ]{1,60}):? ?)(?:"[^"\n]*"?|'[^'\n]*'?)/g,
    `$1${mask}`,
  ],
  [/(Text )'[^'\n]*'( could not be parsed)/g, `$1${mask}$2`],
  [/(Duplicate entry )'[^'\n]*'/g, `$1${mask}`],
];

const place: readonly [RegExp, string][] = [
  [/\b\d{5}-\d{4}\b/g, mask],
  [/\b((?:zip|postal|postcode)[ _-]?(?:code)?\b\D{0,12})\d{5}\b/gi, `$1${mask}`],
  [/((?:,|\b) ?[A-Z]{2} )\d{5}\b/g, `$1${mask}`],
];

/** All plain dates go, not only those beside a birth word: dates of service identify a person too. Timestamps stay. */
const plainDate = new RegExp(`(?<![\\w/-])(?:${dateText})(?:(?=T00:00)|(?![\\w/-]|[T ]\\d\\d:\\d\\d))`, 'gi');
const person =
  /\b((?:[Pp]atient|[Mm]ember|[Ss]ubscriber|[Bb]eneficiary|[Dd]ependent|[Ii]nsured|Mr\.?|Mrs\.?|Ms\.?) )[A-Z][\p{L}'-]{1,40}(?:,? [A-Z][\p{L}'.-]{0,40}){1,2}/gu;
const assignedKey =
  /(["']?)\b([A-Za-z][\w-]{0,63}(?: (?:of birth|name|id|number|code|address|date))?)\\?\1\s{0,4}[:=]\s{0,4}/g;
const assignedValue = /\\?"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[^,;)\]}\n&|]{1,200}/y;

/** An error text with what looks like personal data masked, at most 4,000 characters, a mark where it was cut. */
export function maskErrorMessage(text: string): string {
  let masked = plainPunctuation(text.slice(0, inspectedLength));
  for (const [pattern, kept] of quotedData) masked = masked.replace(pattern, kept);
  masked = maskAssigned(masked);
  for (const { pattern } of phiPatterns) masked = masked.replace(pattern, mask);
  for (const [pattern, kept] of place) masked = masked.replace(pattern, kept);
  masked = masked.replace(person, `$1${mask}`).replace(plainDate, mask);
  return cut(masked, text.length > inspectedLength);
}

/** `key=value` with a denied key, also where it is itself the value of another: `Doe: birthDate=1980-02-03`. */
function maskAssigned(text: string): string {
  let masked = '';
  let kept = 0;
  for (const { 0: assignment, 2: key, index } of text.matchAll(assignedKey)) {
    assignedValue.lastIndex = index + assignment.length;
    if (index < kept || key === undefined || !isDeniedKey(key, '')) continue;
    const value = assignedValue.exec(text)?.[0];
    if (value === undefined || mask.startsWith(value)) continue;
    masked += text.slice(kept, index + assignment.length) + mask;
    kept = index + assignment.length + value.length;
  }
  return masked + text.slice(kept);
}

function cut(text: string, alreadyCut: boolean): string {
  if (!alreadyCut && text.length <= errorMessageMaxLength) return text;
  // toWellFormed: the cut may halve a surrogate pair, which PostgreSQL refuses.
  return text.slice(0, errorMessageMaxLength - cutMark.length).toWellFormed() + cutMark;
}
