import type { PoolClient } from 'pg';
import { type FieldDescription, TypedQuery } from './typed-query.ts';

/** Where a result column comes from; computed columns have no origin. */
export interface ColumnOrigin {
  schemaName: string;
  tableName: string;
  isNullable: boolean;
  isAutoIncrement: boolean;
}

/** What one database's system catalog says of types and columns, remembered until a DDL statement passes. */
export class Catalog {
  readonly #types = new Map<number, ColumnType>();
  readonly #origins = new Map<string, ColumnOrigin>();

  forget(): void {
    this.#types.clear();
    this.#origins.clear();
  }

  typeOf(field: FieldDescription): ColumnType {
    return builtInType(field.dataTypeID) ?? this.#types.get(field.dataTypeID) ?? otherType('unknown', false);
  }

  originOf(field: FieldDescription): ColumnOrigin | undefined {
    return this.#origins.get(originKey(field));
  }

  /** Reads what is not yet known of these columns. Runs on the call's own connection: an open transaction may have made them. */
  async learn(client: PoolClient, fields: readonly FieldDescription[], withOrigins: boolean): Promise<void> {
    const types = fields
      .map((field) => field.dataTypeID)
      .filter((id) => !builtInType(id) && !this.#types.has(id));
    if (types.length > 0) await this.#learnTypes(client, types);
    if (!withOrigins) return;
    const strangers = fields.filter((field) => field.tableID !== 0 && !this.#origins.has(originKey(field)));
    if (strangers.length > 0) await this.#learnOrigins(client, strangers);
  }

  async #learnTypes(client: PoolClient, typeIds: readonly number[]): Promise<void> {
    const rows = await read(client, TYPES, typeIds);
    for (const [id, name, kind, elementId, elementName, elementKind] of rows) {
      const element = builtInType(Number(elementId)) ?? otherType(elementName ?? '', elementKind === 'e');
      this.#types.set(
        Number(id),
        elementName === null ? otherType(name ?? '', kind === 'e') : arrayOf(element),
      );
    }
  }

  async #learnOrigins(client: PoolClient, fields: readonly FieldDescription[]): Promise<void> {
    const rows = await read(client, COLUMNS, [...new Set(fields.map((field) => field.tableID))]);
    for (const [tableId, columnId, schemaName, tableName, isNullable, isAutoIncrement] of rows) {
      this.#origins.set(`${tableId}.${columnId}`, {
        schemaName: schemaName ?? '',
        tableName: tableName ?? '',
        isNullable: isNullable === 't',
        isAutoIncrement: isAutoIncrement === 't',
      });
    }
  }
}

function originKey({ tableID, columnID }: FieldDescription): string {
  return `${tableID}.${columnID}`;
}

const TYPES = `
  SELECT type.oid, type.typname, type.typtype, element.oid, element.typname, element.typtype
  FROM pg_catalog.pg_type AS type
  LEFT JOIN pg_catalog.pg_type AS element ON element.oid = type.typelem AND type.typcategory = 'A'
  WHERE type.oid = ANY ($1::oid[])`;

const COLUMNS = `
  SELECT class.oid, attribute.attnum, namespace.nspname, class.relname, NOT attribute.attnotnull,
    attribute.attidentity <> '' OR coalesce(pg_get_expr(def.adbin, def.adrelid) LIKE 'nextval(%', false)
  FROM pg_catalog.pg_class AS class
  JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
  JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum > 0
  LEFT JOIN pg_catalog.pg_attrdef AS def ON def.adrelid = class.oid AND def.adnum = attribute.attnum
  WHERE class.oid = ANY ($1::oid[])`;

async function read(client: PoolClient, sql: string, ids: readonly number[]): Promise<(string | null)[][]> {
  const query = new TypedQuery(sql, '', [{ typeId: 0, value: `{${ids.join()}}` }]);
  client.query(query);
  return (await query.result).rows;
}

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

function builtInType(typeId: number): ColumnType | undefined {
  return BUILT_IN.get(typeId);
}

function arrayOf(element: ColumnType): ColumnType {
  return { ...element, typeName: `_${element.typeName}`, code: ARRAY_CODE, element };
}

/** A type beyond the built-in ones: enums and pgvector's are known to the service; `void` is an empty text. */
function otherType(typeName: string, isEnum: boolean): ColumnType {
  const isSupported = isEnum || typeName === 'vector' || typeName === 'void';
  return { typeName, code: isEnum ? 12 : 1111, kind: 'string', precision: UNBOUNDED, scale: 0, isSupported };
}
