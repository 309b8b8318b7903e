import type { Database } from '../../data-access/database.ts';
import { parsePhiGuard } from '../../domain/phi-guard.ts';
import { readRules } from '../../views/view-page.ts';
import type { LocalClock } from '../local-clock.ts';
import { type LocalAddresses, localEnvironment } from '../local-environment.ts';
import type { QueueServer } from '../queues/queue-server.ts';
import { type Acting, actRoutes } from './acts.tsx';
import { getHealthz, type HealthCheck, postClock, postEvents } from './api-routes.ts';
import { postZone } from './choose-zone.tsx';
import { type ConsoleRoutes, getIcon, getScript, json } from './console-server.ts';
import { getRunbook } from './get-runbook.tsx';
import { getSystem } from './get-system.tsx';
import { type ConsoleViews, viewRoutes } from './get-view.tsx';

/** What a console answers wherever it runs: its pages, acts by hand, and what pages load. */
export function consoleRoutes(views: ConsoleViews, acting: Acting): ConsoleRoutes {
  return {
    ...viewRoutes(views),
    ...actRoutes(views, acting),
    'GET /runbook': getRunbook(views),
    'GET /console.js': getScript,
    'GET /favicon.ico': getIcon,
    'POST /zone': postZone,
  };
}

export interface LocalParts {
  addresses: LocalAddresses;
  checks: Record<string, HealthCheck>;
  clock: LocalClock;
  database: Database;
  environment: NodeJS.ProcessEnv;
  queues: QueueServer;
}

/** The same of a local stack, with what only one on this machine has: events and a clock to post, its parts' health. */
export function localRoutes(parts: LocalParts): ConsoleRoutes {
  const { addresses, checks, clock, database, environment, queues } = parts;
  const { sqs, s3 } = queues;
  const { eventsQueueUrl } = addresses;
  const phiGuard = environment.PHI_GUARD;
  const views = { database, clock, rules: readRules(environment) };
  return {
    ...consoleRoutes(views, {
      database,
      caller: async () => process.env.PAGW_OPERATOR || process.env.USER || 'unknown',
      replaying: { sqs, s3, eventsQueueUrl, phiGuard },
    }),
    'GET /system': getSystem({ addresses, checks, views }),
    'GET /healthz': getHealthz(checks),
    'GET /environment': () =>
      json(200, { ...localEnvironment(addresses), PAGW_NOW: clock.now().toISOString() }),
    'POST /events': postEvents(sqs, eventsQueueUrl, parsePhiGuard(phiGuard)),
    'POST /clock': postClock(clock),
  };
}
