import { Catalog } from './catalog.ts';
import type { Connections } from './connections.ts';
import type { StatementNames } from './statement-names.ts';
import type { Transactions } from './transactions.ts';

/** What the operations of one endpoint share. */
export interface Service {
  readonly connections: Connections;
  readonly transactions: Transactions;
  readonly statementNames: StatementNames;
  readonly catalogs: Map<string, Catalog>;
  readonly defaultDatabase: string;
  readonly callTimeoutMs: number;
}

export function catalogOf(service: Service, database: string): Catalog {
  const known = service.catalogs.get(database);
  if (known !== undefined) return known;
  const catalog = new Catalog();
  service.catalogs.set(database, catalog);
  return catalog;
}
