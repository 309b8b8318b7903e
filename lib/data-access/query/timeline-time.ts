import type { Database } from '../database.ts';
import { TIMELINE_SQL, timelineValues } from './request-timeline.ts';
import type { SampleRequest } from './sample-request.ts';

interface Explained {
  'Planning Time': number;
  'Execution Time': number;
}

/** What PostgreSQL itself took to plan and answer a timeline, in milliseconds; the way to it is not counted. */
export async function measureTimeline(database: Database, request: SampleRequest): Promise<number> {
  const { rows } = await database.execute<{ 'QUERY PLAN': Explained[] | string }>(
    `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${TIMELINE_SQL}`,
    timelineValues(request, 0),
  );
  const answer = rows[0]?.['QUERY PLAN'] ?? [];
  const [explained]: Explained[] = typeof answer === 'string' ? JSON.parse(answer) : answer;
  if (explained === undefined) throw new Error('PostgreSQL did not say how long the timeline took.');
  return explained['Planning Time'] + explained['Execution Time'];
}
