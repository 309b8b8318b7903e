import { toTracker } from '../domain/printable-text.ts';
import { plural } from '../domain/words.ts';
import type { RequestCounts } from './local-database.ts';
import { LOCAL_CLUSTER_ARN, LOCAL_SECRET_ARN, trackerOptionsAt } from './local-environment.ts';
import type { StartOptions } from './start-options.ts';

/** What a start prints when all is up; the counts are what the database holds now. */
export function startBanner(options: StartOptions, counts: RequestCounts, postgresVersion: string): string {
  const { port, dataDirectory, demo } = options;
  const address = (offset: number) => `http://localhost:${port + offset}`;
  const { tenants, requests, stuck, retriesDue } = counts;
  const data = `${plural(tenants, 'tenant')}, ${plural(requests, 'request')}, ${stuck} stuck, ${plural(retriesDue, 'retry', 'retries')} due`;
  return `
pagw event tracker · local mode, no AWS account
  Console   ${address(0)}
  Ingest    POST ${address(0)}/events     (the same JSON as the queue takes)
  SQS       ${address(2)}                 queue pagw-events.fifo
  Data API  ${address(1)}                 PostgreSQL ${postgresVersion} on ${port + 3}, kept in ${dataDirectory}/ (--data DIR, --empty)
            ${LOCAL_CLUSTER_ARN}
            ${LOCAL_SECRET_ARN}
  ${demo ? 'Demo' : 'Data'}      ${data}
  Next      npm run pagw -- ${toTracker('stuck', trackerOptionsAt(port))}
`;
}
