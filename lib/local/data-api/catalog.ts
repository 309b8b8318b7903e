import type { PoolClient } from 'pg';
import { arrayOf, builtInType, type ColumnType, otherType } from './columns.ts';
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
