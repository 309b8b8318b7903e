import { pointerStep } from './json-pointer.ts';
import { parseJson } from './json-text.ts';
import { findPhi, type PhiRules } from './phi-guard.ts';
import type { Fault } from './rejection.ts';

export const metadataMaxBytes = 16 * 1024;
export const metadataMaxDepth = 20;

export type MetadataReading =
  | { metadata: Record<string, unknown> | null; fault?: never }
  | { metadata?: never; fault: Fault };

/** Metadata as an object, or as a string holding one; absent or blank is null. Paths start at the metadata. */
export function readMetadata(sent: unknown, phiRules?: PhiRules): MetadataReading {
  const value = typeof sent === 'string' ? parseObject(sent) : sent;
  if (value === null || value === undefined) return { metadata: null };
  if (!isObject(value)) {
    return {
      fault: invalid('', 'json-object', 'Send metadata as a JSON object, or as a string holding one.'),
    };
  }
  const fault = unstorable(value, '', 1) ?? tooLarge(value);
  if (fault) return { fault };
  const finding = findPhi(value, phiRules);
  return finding ? { fault: { code: 'METADATA_PHI_SUSPECTED', ...finding } } : { metadata: value };
}

function parseObject(text: string): unknown {
  if (text.trim() === '') return null;
  const value = parseJson(text);
  return value === undefined ? text : value;
}

/** What PostgreSQL's jsonb refuses, JSON cannot write, or nests too deep to be walked safely. */
function unstorable(value: unknown, path: string, depth: number): Fault | null {
  if (typeof value === 'string') return isStorable(value) ? null : badText(path);
  if (typeof value === 'number') {
    return Number.isFinite(value)
      ? null
      : invalid(path, 'range', 'Send numbers within the range of a double.');
  }
  if (typeof value !== 'object' || value === null) return null;
  if (depth > metadataMaxDepth) return { code: 'METADATA_TOO_DEEP', path: '', rule: 'max-depth' };
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, position) => [position, item])
    : Object.entries(value);
  for (const [key, item] of entries) {
    const inside = path + pointerStep(key);
    const fault =
      typeof key === 'string' && !isStorable(key) ? badText(inside) : unstorable(item, inside, depth + 1);
    if (fault) return fault;
  }
  return null;
}

function tooLarge(value: object): Fault | null {
  const bytes = Buffer.byteLength(JSON.stringify(value));
  return bytes > metadataMaxBytes ? { code: 'METADATA_TOO_LARGE', path: '', rule: 'max-bytes' } : null;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function badText(path: string): Fault {
  return invalid(path, 'no-nul-or-lone-surrogate', 'Remove NUL characters and halves of surrogate pairs.');
}

function invalid(path: string, rule: string, hint: string): Fault {
  return { code: 'FIELD_INVALID', path, rule, hint };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
