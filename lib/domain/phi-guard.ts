import { pointerStep } from './json-pointer.ts';
import { isDeniedKey, isDeniedTextKey } from './phi-keys.ts';
import { phiPatterns, plainPunctuation } from './phi-patterns.ts';

export interface PhiFinding {
  /** JSON pointer from the metadata's root; never a value. */
  path: string;
  rule: 'denied-key' | 'value-pattern';
}

/** The first place in metadata that names or looks like personal data; null when there is none. */
export function findPhi(metadata: unknown): PhiFinding | null {
  const open: { path: string; value: unknown }[] = [{ path: '', value: metadata }];
  for (let place = open.shift(); place; place = open.shift()) {
    const { path, value } = place;
    if (typeof value === 'string' && looksLikePhi(value)) return { path, rule: 'value-pattern' };
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      value.forEach((item, position) => {
        open.push({ path: path + pointerStep(position), value: item });
      });
      continue;
    }
    for (const [key, item] of Object.entries(value)) {
      const inside = path + pointerStep(key);
      if (isDeniedKey(key, item)) return { path: inside, rule: 'denied-key' };
      if (looksLikePhi(key)) return { path: inside, rule: 'value-pattern' };
      open.push({ path: inside, value: item });
    }
  }
  return null;
}

/** Whether a text holds an SSN, e-mail, phone number, date of birth, member id, FHIR, X12 or HL7 fragment. */
export function looksLikePhi(sent: string): boolean {
  const text = plainPunctuation(sent);
  return phiPatterns.some(({ pattern }) => text.search(pattern) >= 0) || hasDeniedAssignment(text);
}

/** Key and value inside a text: JSON in a string, or `lastName=…`. */
function hasDeniedAssignment(text: string): boolean {
  for (const match of text.matchAll(/(["']?)\b([A-Za-z][\w-]{1,63})\\?\1\s{0,4}[:=]\s{0,4}(?=[^\s,;&])/g)) {
    const [, quote, key] = match;
    if (key === undefined) continue;
    if (quote ? isDeniedKey(key, '') : isDeniedTextKey(key)) return true;
  }
  return false;
}
