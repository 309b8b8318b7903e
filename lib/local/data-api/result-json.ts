import type { Catalog } from './catalog.ts';
import { describeColumn } from './column-metadata.ts';
import { DataApiError } from './data-api-error.ts';
import { fieldWriterFor, NULL_FIELD, type ResultSetOptions } from './field-text.ts';
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
