import { decisionMetrics } from '../../data-access/query/decision-metrics.ts';
import { countDeadlines, listDeadlines } from '../../data-access/query/list-deadlines.ts';
import { decisionOutcomes, listDecisions } from '../../data-access/query/list-decisions.ts';
import { type Priority, priorities } from '../../domain/tracked-event.ts';
import { badFilter, readText, readWord } from '../read-parameters.ts';
import type { ViewPage, ViewQuestion } from '../view-page.ts';
import { DeadlineList, type ListedDecisions, risks } from './deadline-list.tsx';

/** What one page of decisions holds at most. */
const MOST_DECISIONS = 50;

export const deadlinesPage: ViewPage = {
  title: 'Deadlines',
  filters: ['risk', 'priority', 'outcome', 'after'],
  show: async (question) => {
    const { database, parameters, context, rules } = question;
    const { now, tenant, limits } = context;
    const year = now.getUTCFullYear();
    const since = new Date(Date.UTC(year, 0, 1));
    const risk = readWord(parameters, 'risk', risks);
    const outcome = readWord(parameters, 'outcome', decisionOutcomes);
    const priority = readWord(parameters, 'priority', priorities);
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
      outcome === null ? null : readDecisions(question, { since, outcome, priority, after }),
    ]);
    const data = { risk, counts, deadlines: rows, next, decisions, year, listed };
    return <DeadlineList data={data} context={context} />;
  },
};

async function readDecisions(
  { database, context, rules }: ViewQuestion,
  wanted: {
    since: Date;
    outcome: ListedDecisions['outcome'];
    priority: Priority | null;
    after: string | undefined;
  },
): Promise<ListedDecisions> {
  const { tenant } = context;
  const { priority, outcome } = wanted;
  if (tenant === null || priority === null)
    throw badFilter('The filter “outcome” needs “tenant” and “priority” beside it.');
  const { tenants, default: general } = rules.decisionPolicy;
  const own = tenants.get(tenant);
  const { rows, next } = await listDecisions(database, {
    ...wanted,
    tenant,
    priority,
    window: own === undefined ? general : own,
    limit: Math.min(MOST_DECISIONS, context.limits.requests),
  });
  return { tenant, priority, outcome, rows, next };
}
