import { printableJson } from '../../domain/printable-text.ts';

const INDENT = 2;

/** An object as JSON over several lines, in pieces: of a list in it each element is one. */
export function* jsonPieces(value: object): Generator<string> {
  let before = '{';
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    yield `${before}\n  ${printableJson(key)}: `;
    before = ',';
    if (Array.isArray(item) && item.length > 0) yield* listPieces(item);
    else yield indented(item, 1);
  }
  yield before === '{' ? '{}\n' : '\n}\n';
}

function* listPieces(items: readonly unknown[]): Generator<string> {
  let before = '[';
  for (const item of items) {
    yield `${before}\n    ${indented(item, 2)}`;
    before = ',';
  }
  yield '\n  ]';
}

function indented(value: unknown, levels: number): string {
  return printableJson(value ?? null, INDENT).replaceAll('\n', `\n${' '.repeat(INDENT * levels)}`);
}

export function* jsonLines(values: Iterable<object>): Generator<string> {
  for (const value of values) yield `${printableJson(value)}\n`;
}
