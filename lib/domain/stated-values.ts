import { canonicalTimestamp } from './stated-time.ts';

/** Absent, null and blank mean the same in all that producers send. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

export type StatedFields = Readonly<Record<string, unknown>>;

/** Of a FHIR Coding, a reference or the like: its code or id. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number') return String(value);
  if (!isFields(value)) return '';
  return textOf(value.code ?? value.id ?? value.value ?? value.kind ?? value.type ?? '');
}

export function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (word === 'true' || word === 'yes' || word === 'y') return true;
  return word === 'false' || word === 'no' || word === 'n' ? false : undefined;
}

/** A part of a day counts as a day. */
export function countOf(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? Math.ceil(count) : undefined;
}

export function wholeOf(value: unknown): number | undefined {
  const count = countOf(value);
  return count !== undefined && count === Number(value) ? count : undefined;
}

export function instantOf(value: unknown): string | undefined {
  return typeof value === 'string' ? (canonicalTimestamp(value.trim()) ?? undefined) : undefined;
}

export function isFields(value: unknown): value is StatedFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
