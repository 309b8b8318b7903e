/** RFC 4180: one line a row, what holds quotes, commas or line breaks in quotes. Objects stand as JSON. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map((value) => quoted(plain(value))).join(',')}\r\n`;
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
