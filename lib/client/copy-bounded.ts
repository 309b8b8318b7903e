import { pointerStep } from '../domain/json-pointer.ts';

/** Why a value cannot be copied: it is larger or deeper than allowed, or reading it fails. */
export type CopyFault = 'too-large' | 'too-deep' | 'unreadable';

export class CopyError extends Error {
  override readonly name = 'CopyError';
  readonly fault: CopyFault;
  /** JSON pointer to the place, from what was to be copied; '' unless it is unreadable. */
  path = '';

  constructor(fault: CopyFault) {
    super(`The value is ${fault}; send a smaller one of plain JSON.`);
    this.fault = fault;
  }
}

interface Allowance {
  /** What is left of the characters that the copy may take as JSON. */
  characters: number;
}

/**
 * Copies what JSON would write of a value, stopping as soon as it is over `maxCharacters` or `maxDepth`: the work is
 * bounded however large, circular or hostile the value is. BigInts become decimal text, Maps objects and Sets arrays, for JSON
 * has no form of theirs.
 * @throws CopyError
 */
export function copyBounded(value: unknown, maxCharacters: number, maxDepth: number): unknown {
  return copy(value, maxDepth, { characters: maxCharacters });
}

function copy(value: unknown, depth: number, left: Allowance): unknown {
  if (typeof value === 'string') {
    spend(left, value.length + 2);
    return value;
  }
  if (typeof value === 'bigint') return copy(decimal(value), depth, left);
  spend(left, 1);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'object') return undefined;
  if (depth === 0) throw new CopyError('too-deep');
  const written = read(() => writtenForm(value));
  if (typeof written !== 'object' || written === null) return copy(written, depth, left);
  if (read(() => written instanceof Map)) return copyMap(written as Map<unknown, unknown>, depth, left);
  if (read(() => written instanceof Set)) return copySet(written as Set<unknown>, depth, left);
  return read(() => Array.isArray(written))
    ? copyArray(written as unknown[], depth, left)
    : copyObject(written as Record<string, unknown>, depth, left);
}

function copyArray(value: readonly unknown[], depth: number, left: Allowance): unknown[] {
  const length = read(() => value.length);
  const copied: unknown[] = [];
  for (let position = 0; position < length; position++) {
    copied.push(copyItem(() => value[position], position, depth, left) ?? null);
  }
  return copied;
}

function copyObject(value: Record<string, unknown>, depth: number, left: Allowance): unknown {
  // Without a prototype, so that a key __proto__ is a key like any other.
  const copied: Record<string, unknown> = Object.create(null);
  for (const key of read(() => Object.keys(value))) {
    spend(left, key.length + 3);
    const item = copyItem(() => value[key], key, depth, left);
    if (item !== undefined) copied[key] = item;
  }
  return copied;
}

/** JSON would write `{}`, and lose what it holds without a word. */
function copyMap(value: Map<unknown, unknown>, depth: number, left: Allowance): unknown {
  const copied: Record<string, unknown> = Object.create(null);
  for (const [name, inside] of read(() => Map.prototype.entries.call(value))) {
    const key = read(() => String(name));
    spend(left, key.length + 3);
    const item = copyItem(() => inside, key, depth, left);
    if (item !== undefined) copied[key] = item;
  }
  return copied;
}

function copySet(value: Set<unknown>, depth: number, left: Allowance): unknown[] {
  const copied: unknown[] = [];
  for (const item of read(() => Set.prototype.values.call(value)))
    copied.push(copyItem(() => item, copied.length, depth, left) ?? null);
  return copied;
}

function copyItem(get: () => unknown, key: string | number, depth: number, left: Allowance): unknown {
  try {
    return copy(read(get), depth - 1, left);
  } catch (error) {
    if (error instanceof CopyError && error.fault === 'unreadable')
      error.path = pointerStep(key) + error.path;
    throw error;
  }
}

function writtenForm(value: object): unknown {
  // A Buffer's toJSON makes an array of all its bytes before anything could stop it.
  if (ArrayBuffer.isView(value)) throw new CopyError('unreadable');
  const { toJSON } = value as { toJSON?: unknown };
  const written = typeof toJSON === 'function' ? toJSON.call(value, '') : value;
  if (ArrayBuffer.isView(written)) throw new CopyError('unreadable');
  return written;
}

/** To write out a huge BigInt takes seconds, so it is measured first. */
function decimal(value: bigint): string {
  const limit = 2n ** 1024n;
  if (value > limit || value < -limit) throw new CopyError('too-large');
  return String(value);
}

function spend(left: Allowance, characters: number): void {
  left.characters -= characters;
  if (left.characters < 0) throw new CopyError('too-large');
}

/** Getters, proxies and toJSON are foreign code: whatever they throw says only that the place cannot be read. */
function read<Value>(get: () => Value): Value {
  try {
    return get();
  } catch {
    throw new CopyError('unreadable');
  }
}
