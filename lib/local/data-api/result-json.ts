import { type Catalog, type ColumnType, describeColumn, type WireKind } from './columns.ts';
import { DataApiError } from './data-api-error.ts';
import type { RawResult, RowGuard } from './typed-query.ts';

export interface ResultShape {
  includeResultMetadata: boolean;
  formatRecordsAsJson: boolean;
  resultSetOptions: ResultSetOptions;
}

const RESULT_LIMIT_BYTES = 1024 * 1024;
const FORMATTED_LIMIT_BYTES = 10 * 1024 * 1024;
const ROW_LIMIT_BYTES = 64 * 1024;

/**
 * Refuses rows and results over the service's limits while they arrive. Measured is what PostgreSQL sends (values, a
 * length for each and a count for each row), not the JSON made of it: so does the service.
 */
export function sizeGuard(shape: ResultShape): RowGuard {
  const limit = shape.formatRecordsAsJson ? FORMATTED_LIMIT_BYTES : RESULT_LIMIT_BYTES;
  let total = 0;
  return (rowBytes) => {
    total += rowBytes;
    if (rowBytes > ROW_LIMIT_BYTES) return tooLarge('64 KB for a row');
    return total > limit ? tooLarge(shape.formatRecordsAsJson ? '10 MB' : '1 MB') : undefined;
  };
}

function tooLarge(limit: string): DataApiError {
  return new DataApiError('UnsupportedResultException', `The result exceeds the size limit ${limit}.`);
}

/** The response of ExecuteStatement as JSON text, written once from PostgreSQL's own text. */
export function writeResult(result: RawResult, shape: ResultShape, catalog: Catalog): string {
  // A statement that answers rows counts as a query, so RETURNING reports no updated rows: count the rows instead.
  const updated = result.hasRows ? 0 : updatedCount(result.commandTag);
  if (!result.hasRows) return `{"generatedFields":[],"numberOfRecordsUpdated":${updated}}`;
  refuseUnsupported(result, catalog);
  if (shape.formatRecordsAsJson) {
    const formatted = JSON.stringify(writeFormatted(result, shape, catalog));
    return `{"formattedRecords":${formatted},"numberOfRecordsUpdated":${updated}}`;
  }
  const metadata = shape.includeResultMetadata
    ? `"columnMetadata":${JSON.stringify(result.fields.map((field) => describeColumn(field, catalog)))},`
    : '';
  return `{${metadata}"numberOfRecordsUpdated":${updated},"records":${writeRecords(result, shape, catalog)}}`;
}

function refuseUnsupported({ fields }: RawResult, catalog: Catalog): void {
  for (const field of fields) {
    const { typeName, isSupported } = catalog.typeOf(field);
    if (isSupported) continue;
    throw new DataApiError(
      'UnsupportedResultException',
      `The result contains the unsupported data type ${typeName.toUpperCase()}.`,
    );
  }
}

function writeRecords({ fields, rows }: RawResult, shape: ResultShape, catalog: Catalog): string {
  const writers = fields.map((field) => fieldWriterFor(catalog.typeOf(field), shape.resultSetOptions));
  let text = '[';
  for (const row of rows) {
    text += text === '[' ? '[' : ',[';
    for (let column = 0; column < row.length; column += 1) {
      const value = row[column];
      if (column > 0) text += ',';
      text += value === null || value === undefined ? NULL_FIELD : (writers[column]?.(value) ?? NULL_FIELD);
    }
    text += ']';
  }
  return `${text}]`;
}

/** Written as text, so that numbers keep all their digits. Of columns with one name the last counts. */
function writeFormatted({ fields, rows }: RawResult, shape: ResultShape, catalog: Catalog): string {
  const columns = new Map(
    fields.map((field, column) => {
      const write = fieldWriterFor(catalog.typeOf(field), shape.resultSetOptions);
      return [field.name, { column, write }] as const;
    }),
  );
  const records = rows.map((row) => {
    const members = [...columns].map(([name, { column, write }]) => {
      const text = row[column];
      return `${JSON.stringify(name)}:${text === null || text === undefined ? 'null' : contentOf(write(text))}`;
    });
    return `{${members.join()}}`;
  });
  return `[${records.join()}]`;
}

/** `{"longValue":7}` → `7`, `{"arrayValue":{"longValues":[7]}}` → `[7]`: as text. */
function contentOf(field: string): string {
  const content = field.slice(field.indexOf(':') + 1, -1);
  return content.startsWith('{') ? contentOf(content) : content;
}

/** The last number of tags such as `INSERT 0 3`, `UPDATE 3`; 0 for DDL. */
function updatedCount(commandTag: string): number {
  return /^(?:INSERT|UPDATE|DELETE|MERGE|COPY)\b/.test(commandTag)
    ? Number(/\d+$/.exec(commandTag)?.[0] ?? 0)
    : 0;
}

/** `resultSetOptions` of a call. */
export interface ResultSetOptions {
  decimalReturnType?: unknown;
  longReturnType?: unknown;
}

/** Turns PostgreSQL's text of one column into the wire's field, as JSON text. */
export type FieldWriter = (text: string) => string;

const NULL_FIELD = '{"isNull":true}';

/** The writer for a column's type: chosen once for a result, called for every row. */
function fieldWriterFor(type: ColumnType, options: ResultSetOptions): FieldWriter {
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

/** Reads PostgreSQL's text of a one-dimensional array: `{a,"b,c",NULL}`. */
function readArrayText(text: string): (string | null)[] | 'multidimensional' {
  // An array that does not begin at 1 writes its bounds first: `[0:1]={a,b}`.
  const from = text.indexOf('{') + 1;
  const body = text.slice(from, -1);
  if (body.startsWith('{')) return 'multidimensional';
  const elements: (string | null)[] = [];
  for (const [, quoted, plain] of body.matchAll(/"((?:[^"\\]|\\.)*)"|([^",]+)/gs)) {
    if (quoted !== undefined) elements.push(quoted.replace(/\\(.)/gs, '$1'));
    else elements.push(plain === 'NULL' ? null : (plain ?? null));
  }
  return elements;
}
