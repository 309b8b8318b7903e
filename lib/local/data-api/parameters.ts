import { DataApiError } from './data-api-error.ts';
import type { TypedValue } from './typed-query.ts';

/** A parameter as it arrives on the wire; nothing about it is trusted. */
export interface WireParameter {
  name?: unknown;
  value?: Record<string, unknown> | null;
  typeHint?: unknown;
}

/** The types the service declares to PostgreSQL, by wire field. */
const TYPE_ID = { text: 25, int8: 20, float8: 701, bool: 16, bytea: 17, undeclared: 0 } as const;
const NULL: TypedValue = { typeId: TYPE_ID.undeclared, value: null };

/**
 * The values for `$1 … $n`, in that order.
 * @throws DataApiError for a missing, doubled, nameless or malformed parameter, and for one the SQL does not use.
 */
export function bindParameters(names: readonly string[], parameters: unknown): TypedValue[] {
  if (parameters !== undefined && parameters !== null && !Array.isArray(parameters)) {
    throw new DataApiError('ValidationException', 'Parameters must be a list.');
  }
  const values = new Map<string, TypedValue>();
  for (const parameter of (parameters ?? []) as (WireParameter | null)[]) {
    const name = parameter?.name;
    if (typeof name !== 'string' || name === '') {
      throw new DataApiError('ValidationException', 'Named parameter name is empty.');
    }
    if (values.has(name)) {
      throw new DataApiError(
        'ValidationException',
        `Named parameter ${name} has been specified more than once.`,
      );
    }
    values.set(name, toTypedValue(name, parameter as WireParameter));
  }
  const bound = names.map((name) => {
    const value = values.get(name);
    if (value === undefined) throw new DataApiError('ValidationException', `Cannot find parameter: ${name}`);
    return value;
  });
  if (values.size > names.length) {
    const unused = [...values.keys()].filter((name) => !names.includes(name));
    throw new DataApiError(
      'ValidationException',
      `Named parameter ${unused.join(', ')} is not used in the SQL.`,
    );
  }
  return bound;
}

function toTypedValue(name: string, { value, typeHint }: WireParameter): TypedValue {
  const given = Object.entries(value ?? {}).filter(
    ([, content]) => content !== null && content !== undefined,
  );
  const [field, content] = given[0] ?? [];
  if (given.length > 1) throw malformed(name, 'has more than one value');
  if (field === undefined || (field === 'isNull' && content === true)) return NULL;
  if (field === 'stringValue' && typeof content === 'string') {
    return typeHint === undefined || typeHint === null
      ? { typeId: TYPE_ID.text, value: withoutNul(content) }
      : readHinted(name, typeHint, content);
  }
  if (field === 'longValue' && isLong(content)) {
    return { typeId: TYPE_ID.int8, value: BigInt(content).toString() };
  }
  if (field === 'doubleValue' && (typeof content === 'number' || isNonFinite(content))) {
    return { typeId: TYPE_ID.float8, value: String(content) };
  }
  if (field === 'booleanValue' && typeof content === 'boolean') {
    return { typeId: TYPE_ID.bool, value: content ? 't' : 'f' };
  }
  if (field === 'blobValue' && typeof content === 'string') {
    return { typeId: TYPE_ID.bytea, value: Buffer.from(content, 'base64') };
  }
  if (field === 'arrayValue')
    throw new DataApiError('ValidationException', 'Array parameters are not supported.');
  throw malformed(name, `has no valid value in ${field}`);
}

/** A NUL ends a string in the protocol: PostgreSQL must never see half a value. */
function withoutNul(text: string): string {
  if (!text.includes('\0')) return text;
  throw new DataApiError(
    'DatabaseErrorException',
    'ERROR: invalid byte sequence for encoding "UTF8": 0x00; SQLState: 22021',
  );
}

function isLong(content: unknown): content is number | bigint {
  if (typeof content === 'number') return Number.isInteger(content);
  return typeof content === 'bigint' && BigInt.asIntN(64, content) === content;
}

function isNonFinite(content: unknown): content is string {
  return content === 'NaN' || content === 'Infinity' || content === '-Infinity';
}

function malformed(name: string, complaint: string): DataApiError {
  return new DataApiError('ValidationException', `Parameter ${name} ${complaint}.`);
}

interface Hint {
  typeId: number;
  format: RegExp;
  accepted: string;
}

const HINTS: Readonly<Record<string, Hint>> = {
  DATE: { typeId: 1082, format: /^\d{4}-\d{2}-\d{2}$/, accepted: 'YYYY-MM-DD' },
  DECIMAL: { typeId: 1700, format: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, accepted: 'a decimal number' },
  JSON: { typeId: 3802, format: /^/, accepted: 'JSON text' },
  TIME: { typeId: 1083, format: /^\d{2}:\d{2}:\d{2}(\.\d{1,9})?$/, accepted: 'HH:MM:SS[.FFF]' },
  TIMESTAMP: {
    typeId: 1114,
    format: /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,9})?$/,
    accepted: 'YYYY-MM-DD HH:MM:SS[.FFF]',
  },
  UUID: { typeId: 2950, format: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, accepted: 'a UUID' },
};

/** A string bound with the type its hint names. @throws DataApiError when the string has not the hint's format. */
function readHinted(name: string, typeHint: unknown, text: string): TypedValue {
  const hint = HINTS[String(typeHint)];
  if (hint === undefined) {
    throw new DataApiError(
      'ValidationException',
      `Type hint of parameter ${name} must be one of ${Object.keys(HINTS).join(', ')}.`,
    );
  }
  if (!hint.format.test(text) || text.includes('\0')) {
    throw new DataApiError(
      'ValidationException',
      `Parameter ${name} with type hint ${typeHint} must be ${hint.accepted}.`,
    );
  }
  return { typeId: hint.typeId, value: text };
}
