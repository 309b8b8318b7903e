import { isFieldName } from './phi-keys.ts';

/**
 * One step of a JSON pointer. A key that is not made of words that fields are named by may itself be personal data
 * (`{"Jane Doe, 1980-02-03": …}`, `{"JaneDoe": …}`), so it is shown as `*`.
 */
export function pointerStep(key: string | number): string {
  if (typeof key === 'number') return `/${key}`;
  return /^[A-Za-z_$][\w.$-]{0,63}$/.test(key) && isFieldName(key) ? `/${key}` : '/*';
}

export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => pointerStep(typeof key === 'number' ? key : String(key))).join('');
}
