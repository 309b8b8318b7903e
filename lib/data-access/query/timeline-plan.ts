import type { Database } from '../database.ts';
import { TIMELINE_SQL, timelineValues } from './request-timeline.ts';

export interface TimelinePlan {
  /** Indexes the look-up reads. */
  indexes: string[];
  /** Tables it reads, by index or not. */
  tables: string[];
  /** Tables it reads from end to end. */
  scannedTables: string[];
}

interface PlanNode {
  'Node Type'?: string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: PlanNode[];
}

/**
 * How PostgreSQL would look up a timeline. Scans are made unattractive first: over a nearly empty table they are the
 * better plan, and what matters is whether the index can serve.
 */
export async function explainTimeline(database: Database, receivedOn: string): Promise<TimelinePlan> {
  return database.transaction(async (transaction) => {
    await transaction.execute('SET LOCAL enable_seqscan = off');
    const { rows } = await transaction.execute<{ 'QUERY PLAN': { Plan: PlanNode }[] | string }>(
      `EXPLAIN (FORMAT JSON) ${TIMELINE_SQL}`,
      timelineValues({ pagwId: 'PAGW-DOCTOR', receivedOn }, 0),
    );
    const answer = rows[0]?.['QUERY PLAN'] ?? [];
    const plans: { Plan: PlanNode }[] = typeof answer === 'string' ? JSON.parse(answer) : answer;
    const nodes = plans.flatMap(({ Plan }) => withChildren(Plan));
    return {
      indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
      tables: [...new Set(nodes.flatMap((node) => node['Relation Name'] ?? []))],
      scannedTables: nodes.flatMap((node) =>
        node['Node Type'] === 'Seq Scan' ? (node['Relation Name'] ?? 'a table') : [],
      ),
    };
  });
}

function withChildren(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(withChildren)];
}
