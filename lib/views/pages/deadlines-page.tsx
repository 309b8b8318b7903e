import { decisionMetrics } from '../../data-access/query/decision-metrics.ts';
import { countDeadlines, listDeadlines } from '../../data-access/query/list-deadlines.ts';
import { decisionOutcomes, listDecisions } from '../../data-access/query/list-decisions.ts';
import { priorities } from '../../domain/tracked-event.ts';
import { readText, readWord } from '../read-parameters.ts';
import type { ViewPage, ViewQuestion } from '../view-page.ts';
import { DeadlineList, type ListedDecisions, risks } from './deadline-list.tsx';

/** What one page of decisions holds at most. */
const MOST_DECISIONS = 50;

export const deadlinesPage: ViewPage = {
  title: 'Deadlines',
  show: async (question) => {
    const { database, parameters, context, rules } = question;
    const { now, tenant, limits } = context;
    const year = now.getUTCFullYear();
    const since = new Date(Date.UTC(year, 0, 1));
    const risk = readWord(parameters, 'risk', risks);
    const outcome = readWord(parameters, 'outcome', decisionOutcomes);
    const after = readText(parameters, 'after') ?? undefined;
    const [{ rows, next }, counts, decisions, listed] = await Promise.all([
      listDeadlines(database, {
        tenant,
        now,
        risk: risk ?? undefined,
        limit: limits.requests,
        after: outcome === null ? after : undefined,
      }),
      countDeadlines(database, { tenant, now }),
      decisionMetrics(database, { tenant, since }, rules.decisionPolicy),
      outcome === null ? null : readDecisions(question, since, outcome, after),
    ]);
    const data = { risk, counts, deadlines: rows, next, decisions, year, listed };
    return <DeadlineList data={data} context={context} />;
  },
};

async function readDecisions(
  { database, parameters, context, rules }: ViewQuestion,
  since: Date,
  outcome: ListedDecisions['outcome'],
  after: string | undefined,
): Promise<ListedDecisions | null> {
  const { tenant } = context;
  const priority = readWord(parameters, 'priority', priorities);
  if (tenant === null || priority === null) return null;
  const { tenants, default: general } = rules.decisionPolicy;
  const own = tenants.get(tenant);
  const { rows, next } = await listDecisions(database, {
    tenant,
    since,
    priority,
    outcome,
    window: own === undefined ? general : own,
    limit: Math.min(MOST_DECISIONS, context.limits.requests),
    after,
  });
  return { tenant, priority, outcome, rows, next };
}
