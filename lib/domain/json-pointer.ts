/**
 * One step of a JSON pointer. A key that does not look like a field's name may itself hold personal data
 * (`{"Jane Doe, 1980-02-03": …}`), so it is shown as `*`.
 */
export function pointerStep(key: string | number): string {
  if (typeof key === 'number') return `/${key}`;
  return /^[A-Za-z_$][\w.$-]{0,63}$/.test(key) && !/\d{4}/.test(key) ? `/${key}` : '/*';
}

export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => pointerStep(typeof key === 'number' ? key : String(key))).join('');
}
