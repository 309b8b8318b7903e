import type { Catalog } from './catalog.ts';
import type { FieldDescription } from './typed-query.ts';

/** java.sql.ResultSetMetaData's nullability codes. */
const NULLABILITY = { no: 0, yes: 1, unknown: 2 } as const;
/** PostgreSQL adds its header's four bytes to length modifiers. */
const MODIFIER_OFFSET = 4;

/** The `columnMetadata` entry of one result column. */
export function describeColumn(field: FieldDescription, catalog: Catalog): Record<string, unknown> {
  const type = catalog.typeOf(field);
  const origin = catalog.originOf(field);
  return {
    arrayBaseColumnType: type.element?.code ?? 0,
    isAutoIncrement: origin?.isAutoIncrement ?? false,
    isCaseSensitive: type.kind === 'string',
    isCurrency: type.typeName === 'money',
    isSigned: type.kind === 'long' || type.kind === 'double' || type.kind === 'decimal',
    label: field.name,
    name: field.name,
    nullable:
      origin === undefined ? NULLABILITY.unknown : origin.isNullable ? NULLABILITY.yes : NULLABILITY.no,
    ...sizeOf(type, field.dataTypeModifier),
    schemaName: origin?.schemaName ?? '',
    tableName: origin?.tableName ?? '',
    type: type.code,
    typeName: type.typeName,
  };
}

function sizeOf(type: ColumnType, modifier: number): { precision: number; scale: number } {
  const { typeName, precision, scale } = type.element ?? type;
  if (modifier === -1) return { precision, scale };
  switch (typeName) {
    case 'numeric':
      return { precision: (modifier - MODIFIER_OFFSET) >> 16, scale: (modifier - MODIFIER_OFFSET) & 0x7ff };
    case 'varchar':
    case 'bpchar':
      return { precision: modifier - MODIFIER_OFFSET, scale };
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return { precision, scale: modifier };
    default:
      return { precision, scale };
  }
}

/** How a value travels: the wire field it becomes. */
export type WireKind = 'string' | 'long' | 'decimal' | 'double' | 'boolean' | 'blob';

export interface ColumnType {
  typeName: string;
  /** The java.sql.Types code that the service reports. */
  code: number;
  kind: WireKind;
  /** Set for arrays: their elements' type. */
  element?: ColumnType;
  precision: number;
  scale: number;
  /** The service refuses results with any other type; they can be selected as text. */
  isSupported: boolean;
}

const UNBOUNDED = 2_147_483_647;

type Row = readonly [
  typeId: number,
  arrayId: number,
  name: string,
  code: number,
  kind: WireKind,
  precision: number,
  scale: number,
];

// Precision and scale as the PostgreSQL JDBC driver reports them.
const ROWS: readonly Row[] = [
  [16, 1000, 'bool', -7, 'boolean', 1, 0],
  [17, 1001, 'bytea', -2, 'blob', UNBOUNDED, 0],
  [18, 1002, 'char', 1, 'string', 1, 0],
  [19, 1003, 'name', 12, 'string', UNBOUNDED, 0],
  [20, 1016, 'int8', -5, 'long', 19, 0],
  [21, 1005, 'int2', 5, 'long', 5, 0],
  [23, 1007, 'int4', 4, 'long', 10, 0],
  [25, 1009, 'text', 12, 'string', UNBOUNDED, 0],
  [26, 1028, 'oid', -5, 'long', 10, 0],
  [114, 199, 'json', 1111, 'string', UNBOUNDED, 0],
  [700, 1021, 'float4', 7, 'double', 8, 8],
  [701, 1022, 'float8', 8, 'double', 17, 17],
  [790, 791, 'money', 8, 'string', UNBOUNDED, 0],
  [869, 1041, 'inet', 1111, 'string', UNBOUNDED, 0],
  [650, 651, 'cidr', 1111, 'string', UNBOUNDED, 0],
  [1042, 1014, 'bpchar', 1, 'string', UNBOUNDED, 0],
  [1043, 1015, 'varchar', 12, 'string', UNBOUNDED, 0],
  [1082, 1182, 'date', 91, 'string', 13, 0],
  [1083, 1183, 'time', 92, 'string', 15, 6],
  [1114, 1115, 'timestamp', 93, 'string', 29, 6],
  [1184, 1185, 'timestamptz', 93, 'string', 35, 6],
  [1186, 1187, 'interval', 1111, 'string', 49, 0],
  [1266, 1270, 'timetz', 92, 'string', 21, 6],
  [1700, 1231, 'numeric', 2, 'decimal', 0, 0],
  [2950, 2951, 'uuid', 1111, 'string', UNBOUNDED, 0],
  [3802, 3807, 'jsonb', 1111, 'string', UNBOUNDED, 0],
];

/** Known to PostgreSQL, refused by the service. */
const UNSUPPORTED: ReadonlySet<string> = new Set(['char', 'interval', 'money', 'timetz']);

const ARRAY_CODE = 2003;

const BUILT_IN: ReadonlyMap<number, ColumnType> = new Map(
  ROWS.flatMap(([typeId, arrayId, typeName, code, kind, precision, scale]): [number, ColumnType][] => {
    const isSupported = !UNSUPPORTED.has(typeName);
    const type: ColumnType = { typeName, code, kind, precision, scale, isSupported };
    return [
      [typeId, type],
      [arrayId, arrayOf(type)],
    ];
  }),
);

export function builtInType(typeId: number): ColumnType | undefined {
  return BUILT_IN.get(typeId);
}

export function arrayOf(element: ColumnType): ColumnType {
  return { ...element, typeName: `_${element.typeName}`, code: ARRAY_CODE, element };
}

/** A type beyond the built-in ones: enums and pgvector's are known to the service; `void` is an empty text. */
export function otherType(typeName: string, isEnum: boolean): ColumnType {
  const isSupported = isEnum || typeName === 'vector' || typeName === 'void';
  return { typeName, code: isEnum ? 12 : 1111, kind: 'string', precision: UNBOUNDED, scale: 0, isSupported };
}
