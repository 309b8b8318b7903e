import { parquetReadObjects } from 'hyparquet';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import {
  ARCHIVED_COLUMNS,
  type ArchivedEvent,
  type ArchivedKind,
  type ArchivedValue,
} from '../../data-access/archive.ts';

type SchemaElement = NonNullable<Parameters<typeof parquetWrite>[0]['schema']>[number];

/** Events come by request, and each group says its first and last id: who looks for one request reads a group or two. */
const ROW_GROUP_EVENTS = 4_000;
const LONGEST_ID = 64;
const DAY_MS = 86_400_000;
/** The reader's own decoder takes a leading byte order mark away. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const TYPES: Readonly<Record<ArchivedKind, Omit<SchemaElement, 'name'>>> = {
  integer64: { type: 'INT64' },
  integer32: { type: 'INT32' },
  instant: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  day: { type: 'INT32', converted_type: 'DATE' },
  boolean: { type: 'BOOLEAN' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
};

/** Writes events as Parquet, compressed with Snappy, in the order given. */
export function writeArchiveFile(events: readonly ArchivedEvent[]): Uint8Array {
  const writer = new ByteWriter();
  parquetWrite({
    writer,
    schema: [
      { name: 'event', num_children: ARCHIVED_COLUMNS.length },
      ...ARCHIVED_COLUMNS.map(
        ([name, kind]): SchemaElement => ({
          name,
          repetition_type: 'OPTIONAL',
          ...TYPES[kind],
        }),
      ),
    ],
    columnData: ARCHIVED_COLUMNS.map(([name, kind], place) => ({
      name,
      data: events.map((event) => toParquet(event[place] ?? null, kind)),
    })),
    rowGroupSize: ROW_GROUP_EVENTS,
    statisticsTruncateLength: LONGEST_ID,
    createdBy: 'pagw-event-tracker',
  });
  return writer.getBytes();
}

/**
 * Reads back what writeArchiveFile wrote: the same values, to the microsecond and the last digit; of one request when it
 * is given.
 * @throws Error when the bytes are no Parquet file of events.
 */
export async function readArchiveFile(bytes: Uint8Array, pagwId?: string): Promise<ArchivedEvent[]> {
  const file = new Uint8Array(bytes).buffer;
  const rows = await parquetReadObjects({
    file,
    ...(pagwId === undefined ? {} : { filter: { pagw_id: { $eq: pagwId } } }),
    parsers: {
      timestampFromMicroseconds: (microseconds: bigint) => microseconds,
      dateFromDays: (days: number) => days,
      stringFromBytes: (text: Uint8Array | undefined) => text && utf8.decode(text),
    } as never,
  });
  return rows.map((row) => ARCHIVED_COLUMNS.map(([name, kind]) => fromParquet(row[name], kind)));
}

function toParquet(value: ArchivedValue, kind: ArchivedKind): unknown {
  if (value === null) return null;
  if (kind === 'integer64' || kind === 'instant') return BigInt(String(value));
  if (kind === 'day') return Date.parse(`${String(value)}T00:00:00Z`) / DAY_MS;
  return value;
}

function fromParquet(value: unknown, kind: ArchivedKind): ArchivedValue {
  if (value === null || value === undefined) return null;
  if (kind === 'integer64' || kind === 'instant') return String(value);
  if (kind === 'day') return new Date(Number(value) * DAY_MS).toISOString().slice(0, 10);
  return value as ArchivedValue;
}
