/** The value of a JSON text, whatever byte order marks stand in front of it; undefined when it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF+/, ''));
  } catch {
    return undefined;
  }
}

/**
 * JSON in characters that every SQS takes: what lies outside, and would have a whole batch refused, is written as JSON's own
 * `\u` escapes. It may be three times as long for that.
 */
export function queueText(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\ud800-\udfff\ufffe\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
  );
}

/**
 * Whether objects and arrays stand in each other at more than so many levels. Walks level by level: JSON.parse reads any
 * depth, but what calls itself for each level (JSON.stringify, too) runs out of stack at some 4,000.
 */
export function nestsDeeper(value: unknown, mostLevels: number): boolean {
  let level = [value].filter(isNested);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > mostLevels) return true;
    level = level.flatMap((inside) => Object.values(inside).filter(isNested));
  }
  return false;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
