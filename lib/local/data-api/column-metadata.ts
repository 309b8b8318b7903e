import type { Catalog } from './catalog.ts';
import type { ColumnType } from './column-types.ts';
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
