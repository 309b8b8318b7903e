import { readArrayText } from './array-text.ts';
import type { ColumnType, WireKind } from './column-types.ts';
import { DataApiError } from './data-api-error.ts';

/** `resultSetOptions` of a call. */
export interface ResultSetOptions {
  decimalReturnType?: unknown;
  longReturnType?: unknown;
}

/** Turns PostgreSQL's text of one column into the wire's field, as JSON text. */
export type FieldWriter = (text: string) => string;

export const NULL_FIELD = '{"isNull":true}';

/** The writer for a column's type: chosen once for a result, called for every row. */
export function fieldWriterFor(type: ColumnType, options: ResultSetOptions): FieldWriter {
  if (type.element !== undefined) return arrayWriterFor(type.element);
  if (type.kind === 'long' && options.longReturnType === 'STRING') return WRITERS.string;
  if (type.kind === 'decimal' && options.decimalReturnType === 'DOUBLE_OR_LONG') return writeDoubleOrLong;
  if (CLOCK_TYPES.has(type.typeName)) return writeClock;
  return WRITERS[type.kind];
}

const WRITERS: Readonly<Record<WireKind, FieldWriter>> = {
  string: (text) => `{"stringValue":${JSON.stringify(text)}}`,
  decimal: (text) => `{"stringValue":${JSON.stringify(text)}}`,
  long: (text) => `{"longValue":${text}}`,
  double: (text) => `{"doubleValue":${doubleText(text)}}`,
  boolean: (text) => (text === 't' ? '{"booleanValue":true}' : '{"booleanValue":false}'),
  blob: (text) => `{"blobValue":"${Buffer.from(text.slice(2), 'hex').toString('base64')}"}`,
};

const CLOCK_TYPES: ReadonlySet<string> = new Set(['time', 'timestamp', 'timestamptz']);

function writeClock(text: string): string {
  return `{"stringValue":"${clockText(text)}"}`;
}

/**
 * A time as the service writes it: in UTC without an offset (the session runs in UTC, so PostgreSQL's ends in `+00`),
 * with no fraction, milliseconds or microseconds, whichever is needed; PostgreSQL drops every trailing zero.
 */
function clockText(text: string): string {
  const local = text.endsWith('+00') ? text.slice(0, -3) : text;
  const point = local.lastIndexOf('.');
  if (point === -1) return local;
  const digits = local.length - point - 1;
  return local.padEnd(point + 1 + (digits <= 3 ? 3 : 6), '0');
}

function writeDoubleOrLong(text: string): string {
  return text.includes('.') || /[a-z]/i.test(text)
    ? `{"doubleValue":${doubleText(text)}}`
    : `{"longValue":${text}}`;
}

/** JSON knows no NaN or Infinity; the SDKs read them as these strings. */
function doubleText(text: string): string {
  return /^[-\d.eE+]+$/.test(text) ? String(Number(text)) : JSON.stringify(text);
}

const ARRAY_FIELD: Readonly<Record<WireKind, string>> = {
  string: 'stringValues',
  decimal: 'stringValues',
  blob: 'stringValues',
  long: 'longValues',
  double: 'doubleValues',
  boolean: 'booleanValues',
};

function arrayWriterFor(element: ColumnType): FieldWriter {
  const field = ARRAY_FIELD[element.kind];
  const write = elementWriterFor(element);
  return (text) => {
    const elements = readArrayText(text);
    if (elements === 'multidimensional') {
      throw new DataApiError('UnsupportedResultException', 'The result contains a multidimensional array.');
    }
    return `{"arrayValue":{"${field}":[${elements.map((item) => (item === null ? 'null' : write(item))).join()}]}}`;
  };
}

function elementWriterFor({ kind, typeName }: ColumnType): (text: string) => string {
  if (kind === 'long') return (text) => text;
  if (kind === 'double') return doubleText;
  if (kind === 'boolean') return (text) => (text === 't' ? 'true' : 'false');
  return typeName === 'timestamptz'
    ? (text) => JSON.stringify(clockText(text))
    : (text) => JSON.stringify(text);
}
