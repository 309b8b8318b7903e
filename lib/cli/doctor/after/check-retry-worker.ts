import { listTenants } from '../../../data-access/query/list-tenants.ts';
import { countSentRetries } from '../../../data-access/query/sent-retries.ts';
import { measureRetries } from '../../../data-access/retry/measure-retries.ts';
import { parseStageLimits } from '../../../domain/stage-limits.ts';
import { ageText, countText, tookText } from '../../output/time-text.ts';
import { type DoctorCheck, fail, notApplicable, pass } from '../doctor-check.ts';

const DAY_MS = 24 * 3_600_000;

export const checkRetryWorker: DoctorCheck = {
  id: 'retry-worker',
  part: 'after',
  title: 'The retry worker picks up failed events',
  needsDatabase: true,
  async run({ database, now }) {
    const backlog = await measureRetries(database, now);
    const { due, held, exhausted, oldestDueSeconds: oldestSeconds } = backlog;
    const since = new Date(now.getTime() - DAY_MS);
    const { sent, lastSentAt } = await countSentRetries(database, await listTenants(database), since);
    const dispatched = `${countText(sent)} dispatched in 24 h${lastSentAt === null ? '' : `, the last ${ageText(lastSentAt, now)}`}`;
    const waiting = [`${countText(due)} due`];
    if (due > 0) waiting.push(`the oldest for ${tookText(oldestSeconds * 1_000)}`);
    if (held > 0) waiting.push(`${countText(held)} held by a pause`);
    if (exhausted > 0) waiting.push(`${countText(exhausted)} exhausted`);
    const evidence = `${dispatched}; ${waiting.join(', ')}`;
    if (oldestSeconds > parseStageLimits(undefined).retryOverdue)
      return fail(
        evidence,
        "See retry's log and schedule, then `pagw retry list`: it should run every minute.",
      );
    if (sent === 0 && due + held + exhausted === 0) return notApplicable('no retry has been due in 24 h');
    return pass(evidence);
  },
};
