/** Words and digits that no YAML reader takes for anything but text. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z][\w./-]*(?: [\w./-]+)*$/i;
const PLAIN_KEY = /^[$A-Za-z][\w-]*$/;

/** Writes JSON as YAML 1.2 in block style; texts that might be read as something else are quoted as in JSON. */
export function yamlText(value: unknown): string {
  return `${block(value, 0).trimStart()}\n`;
}

function block(value: unknown, depth: number): string {
  if (Array.isArray(value) && value.length > 0) {
    return value.map((item) => `${newLine(depth)}- ${inline(item, depth + 1)}`).join('');
  }
  if (isFilled(value)) {
    return Object.entries(value)
      .map(
        ([key, item]) =>
          `${newLine(depth)}${keyText(key)}:${isScalar(item) ? ' ' : ''}${block(item, depth + 1)}`,
      )
      .join('');
  }
  return scalar(value);
}

/** The first key of an item stands beside its dash. */
function inline(item: unknown, depth: number): string {
  return block(item, depth).trimStart();
}

function newLine(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}

function scalar(value: unknown): string {
  return typeof value === 'string' && PLAIN.test(value) ? value : JSON.stringify(value);
}

function keyText(key: string): string {
  return PLAIN_KEY.test(key) && PLAIN.test(key.replace('$', '')) ? key : JSON.stringify(key);
}

function isScalar(value: unknown): boolean {
  return !(Array.isArray(value) && value.length > 0) && !isFilled(value);
}

function isFilled(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}
