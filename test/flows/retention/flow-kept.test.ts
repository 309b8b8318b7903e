import { expect, it } from 'vitest';
import { readFlow } from '../../../lib/data-access/flow.ts';
import { refreshFlow, refreshSummary } from '../../../lib/data-access/summary.ts';
import { archiveRequests } from '../../../lib/flows/retention/archive-requests.ts';
import { openArchiveBucket } from '../../support/archive-bucket.ts';
import { forFile } from '../../support/for-file.ts';
import { HAPPY_WITH_RETRY } from '../../support/history-ages.ts';
import { openOldMonth } from '../../support/old-month.ts';

const young = new Date('2026-03-20T10:00:00Z');
const old = new Date('2026-08-01T10:00:00Z');
const archive = await forFile(openArchiveBucket());
const month = await forFile(openOldMonth(archive));

const flow = () =>
  readFlow(month.database, { tenant: null, since: new Date('2026-03-01T00:00:00Z'), lanes: 'all' });
const options = (now: Date) => ({ database: month.database, now, mayGoOn: () => true });

it('the flow is the same before and after compaction, archive and drop, and no month is dropped before it has all', async () => {
  const steps = [...HAPPY_WITH_RETRY];
  await month.record('KEPT-1', steps.slice(0, 9));
  await refreshSummary(options(young));
  await refreshFlow(options(young));
  await month.record('KEPT-1', steps.slice(9));
  await month.record('KEPT-2', steps, 'elevance');
  const live = await flow();
  expect(live).toMatchObject({ requestCount: 2, variantCount: 1 });
  expect(live.edges.length).toBeGreaterThan(6);

  // A refresh that was cut before it folded.
  await refreshSummary(options(old));
  await archiveRequests(options(old), archive, 90);
  expect(await month.drop(old)).toMatchObject({ monthsDropped: 0 });
  expect(await flow()).toEqual(live);

  await month.compact(old);
  expect(await flow()).toEqual(live);
  await month.archive(old);
  expect(await month.drop(old)).toMatchObject({ monthsDropped: 1 });
  expect(await flow()).toEqual(live);
});
