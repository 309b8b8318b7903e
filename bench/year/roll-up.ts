import { refreshDecisions, refreshFlow, refreshSummary } from '../../lib/data-access/summary.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import { checkRequests } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import type { BenchServer } from '../server/bench-server.ts';
import { openDirectDatabase } from '../server/open-databases.ts';
import { serverCpuOf } from '../server/server-cpu.ts';

/** Microseconds of the server's CPU an event, of a whole year's backlog. */
export type RollUpCost = Record<'summary' | 'flow', number>;

/** What the scheduled flows would have done by now, from nothing. */
export async function rollUp(
  server: BenchServer,
  name: string,
  events: number,
  now: Date,
): Promise<RollUpCost> {
  const { database, close } = openDirectDatabase(server.urlOf(name), 1);
  const options = { database, now, mayGoOn: () => true };
  const cost = async (work: () => Promise<unknown>) => (await serverCpuOf(server.processId, work)) / events;
  try {
    await checkRequests(database, {
      rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
      now,
    });
    await server.run(name, 'VACUUM (ANALYZE)');
    const summary = await cost(() => refreshSummary(options));
    const flow = await cost(() => refreshFlow(options));
    // The copies were written past record_decisions, which marks their days.
    await server.run(
      name,
      `INSERT INTO decision_changed_day SELECT DISTINCT date_trunc('day', resolved_at, 'UTC') FROM decision_episode WHERE resolved_at IS NOT NULL`,
    );
    await refreshDecisions(options);
    // Nobody else was recording: what was seen is settled, and need not be looked at once more.
    await server.run(name, 'UPDATE event_summary_progress SET settled_id = seen_id', 'VACUUM (ANALYZE)');
    return { summary, flow };
  } finally {
    await close();
  }
}
