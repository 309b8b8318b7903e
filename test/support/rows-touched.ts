import { Client } from 'pg';

interface PlanNode {
  'Node Type': string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Index Name'?: string;
  Plans?: PlanNode[];
  [removed: `Rows Removed by ${string}`]: number;
}

/** What a statement cost, those within the functions it calls included. */
export interface Touched {
  /** Rows that went through its plans, those a filter threw away too: what its time grows with. */
  rows: number;
  /** Each step of its plans, with the index it goes by. */
  steps: string[];
}

/** A connection that tells of each statement what its plans touched; plans of functions are kept from call to call. */
export interface TouchingConnection {
  run(sql: string, values?: unknown[]): Promise<Touched>;
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
  return {
    run: async (sql, values = []) => {
      plans.length = 0;
      await client.query(sql, values);
      const nodes = plans.flatMap(nodesOf);
      return { rows: nodes.reduce((sum, node) => sum + rowsOf(node), 0), steps: nodes.map(stepOf) };
    },
    close: () => client.end(),
  };
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
function stepOf(node: PlanNode): string {
  const index = node['Index Name']?.replace(/^event_tracker_\d{4}_\d\d_/, '');
  return index === undefined ? node['Node Type'] : `${node['Node Type']} ${index}`;
}
