import { Client, types } from 'pg';
import type { Database, SqlValues } from '../../lib/data-access/database.ts';
import { bindNames } from '../../lib/data-access/sql-text.ts';

const INT8 = 20;

interface PlanNode {
  'Node Type': string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Index Name'?: string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
  [removed: `Rows Removed by ${string}`]: number;
}

/** What a statement cost, those within the functions it calls included. */
export interface Touched {
  /** Rows that went through its plans, those a filter threw away too: what its time grows with. */
  rows: number;
  /** By which indexes its plans, where they were carried out, read the history; or all of it. */
  ways: Set<string>;
}

/** A connection that tells what the plans of its statements touched; plans of functions are kept from call to call. */
export interface TouchingConnection {
  database: Database;
  /** Does `work` on the connection and answers what it cost. */
  touchedBy(work: () => Promise<unknown>): Promise<Touched>;
  close(): Promise<void>;
}

/** Only a superuser may load what explains the statements within a function. */
export async function openTouchingConnection(superuserUrl: string): Promise<TouchingConnection> {
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  const plans: PlanNode[] = [];
  client.on('notice', ({ message = '' }) => {
    const json = message.indexOf('{');
    if (message.includes('plan:') && json >= 0) plans.push(JSON.parse(message.slice(json)).Plan);
  });
  for (const statement of [
    `LOAD 'auto_explain'`,
    'SET auto_explain.log_min_duration = 0',
    'SET auto_explain.log_nested_statements = on',
    'SET auto_explain.log_analyze = on',
    'SET auto_explain.log_timing = off',
    'SET auto_explain.log_format = json',
    'SET client_min_messages = log',
    `SET log_min_messages = 'fatal'`,
  ])
    await client.query(statement);
  const database: Database = {
    execute: async <Row>(sql: string, values: SqlValues = {}) => {
      const { text, names } = bindNames(sql);
      const { rows, rowCount } = await client.query({
        text,
        values: names.map((name) => values[name]),
        types: {
          getTypeParser: (type, format) => (type === INT8 ? Number : types.getTypeParser(type, format)),
        },
      });
      return { rows: rows.map(camelCased) as Row[], updatedCount: rowCount ?? 0 };
    },
    transaction: (work) => work(database),
  };
  return {
    database,
    touchedBy: async (work) => {
      plans.length = 0;
      await work();
      const nodes = plans.flatMap(nodesOf);
      return {
        rows: nodes.reduce((sum, node) => sum + rowsOf(node), 0),
        ways: new Set(nodes.flatMap(wayOf)),
      };
    },
    close: () => client.end(),
  };
}

/** As the Data API's client has rows. */
function camelCased(row: object): object {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase()),
      value,
    ]),
  );
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function rowsOf(node: PlanNode): number {
  const removed = Object.entries(node)
    .filter(([name]) => name.startsWith('Rows Removed by'))
    .reduce((sum, [, rows]) => sum + Number(rows), 0);
  return ((node['Actual Rows'] ?? 0) + removed) * (node['Actual Loops'] ?? 1);
}

/** A partition's index is called by its parent's columns. */
function wayOf(node: PlanNode): string[] {
  // What a bitmap of an index reads is named by the scan of that index.
  if (
    !node['Node Type'].endsWith('Scan') ||
    node['Node Type'] === 'Bitmap Heap Scan' ||
    !node['Actual Loops']
  )
    return [];
  const index = node['Index Name'];
  if (!(index ?? node['Relation Name'] ?? '').startsWith('event_tracker_')) return [];
  return [index?.replace(/^event_tracker_\d{4}_\d\d_/, '') ?? 'all of it'];
}
