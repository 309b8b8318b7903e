import type { Database } from '../../data-access/database.ts';
import { listTenants } from '../../data-access/query/list-tenants.ts';
import type { ViewContext } from '../view-context.ts';

/** Reports are made a tenant at a time; more of them on one page nobody reads, and each costs its question. */
const MOST = 6;

export interface ShownTenants {
  shown: string[];
  /** How many more there are. */
  left: number;
}

/** The tenants a report is made for: the one that was chosen, or the first few. */
export async function shownTenants(database: Database, { tenant }: ViewContext): Promise<ShownTenants> {
  if (tenant !== null) return { shown: [tenant], left: 0 };
  const all = await listTenants(database);
  return { shown: all.slice(0, MOST), left: Math.max(0, all.length - MOST) };
}
