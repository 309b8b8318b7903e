const month = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}';
const birthWord =
  '\\b(?:dob|d\\.o\\.b|date[ _-]?of[ _-]?birth|birth[ _-]?dates?|birth[ _-]?day|birth|born)\\b';

/** A calendar date in the spellings met in practice, without the time of day; impossible ones are quoted in errors too. */
export const dateText = [
  '(?:1[89]|2\\d)\\d\\d[-/.]\\d{1,2}[-/.]\\d{1,2}',
  '\\d{1,2}[-/.]\\d{1,2}[-/.](?:1[89]|2\\d)\\d\\d',
  `(?:[0-2]?\\d|3[01])[- ]${month}[-, ]{1,2}(?:19|20)\\d\\d`,
  `${month} (?:[0-2]?\\d|3[01])(?:st|nd|rd|th)?,? (?:19|20)\\d\\d`,
].join('|');

export interface PhiPattern {
  name: string;
  /** Global, and safe against backtracking on a megabyte of text. */
  pattern: RegExp;
}

/** What personal data looks like in any text. */
export const phiPatterns: readonly PhiPattern[] = [
  { name: 'ssn', pattern: /(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])/g },
  { name: 'ssn', pattern: /\b(?:ssn|social security)\b\D{0,20}\d{3}[- ]?\d{2}[- ]?\d{4}\b/gi },
  { name: 'email', pattern: /[\w.%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b/gi },
  { name: 'phone', pattern: /(?<![\w.-])(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])/g },
  { name: 'phone', pattern: /(?<![\w.])\+\d{1,3}[-. ]?\(?\d{1,4}\)?(?:[-. ]?\d){6,11}(?![\w-])/g },
  { name: 'phone', pattern: /\b(?:phone|mobile|tel|telephone|cell|fax)\b\D{0,12}\d{10}\b/gi },
  {
    name: 'birth-date',
    pattern: new RegExp(`${birthWord}.{0,24}?(?:${dateText}|\\b(?:19|20)\\d{6}\\b)`, 'gi'),
  },
  {
    name: 'member-id',
    pattern: /\b(?:member|subscriber|patient)[ _-]?(?:id|number|no\.?|#)[ :=#'"]{1,4}[\w-]*\d[\w-]*/gi,
  },
  { name: 'fhir', pattern: /["']?resourceType["']?\s{0,4}[:=]\s{0,4}\\?["']?[A-Z]\w{1,40}/g },
  { name: 'fhir', pattern: /\b(?:Patient|RelatedPerson|Person)\/(?=[\w.-]{0,63}\d)[\w.-]{1,64}/g },
  { name: 'fhir', pattern: /<\w{1,40} xmlns=["']http:\/\/hl7\.org\/fhir/g },
  { name: 'x12', pattern: /\b(?:NM1|DMG|N3|N4)\*[^~\n]{0,200}/g },
  { name: 'hl7v2', pattern: /\bPID\|[^\r\n]{0,400}/g },
];

/** Typographic dashes and spaces as their plain forms, so that an SSN copied from a document is still one. */
export function plainPunctuation(text: string): string {
  return text.replace(/[\u2010-\u2015\u2212]/g, '-').replace(/[\u00a0\u2007\u202f]/g, ' ');
}
