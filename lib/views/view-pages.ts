import type { ViewName } from '../reports/report.ts';
import { deadlinesPage } from './pages/deadlines.tsx';
import { distributionPage } from './pages/distribution.tsx';
import { failuresPage } from './pages/failures.tsx';
import { flowPage } from './pages/flow.tsx';
import { incidentPage } from './pages/incident.tsx';
import { incidentsPage } from './pages/incidents.tsx';
import { latencyPage } from './pages/latency.tsx';
import { overviewPage } from './pages/overview.tsx';
import { rejectedPage, rejectionPage } from './pages/rejected.tsx';
import { retriesPage } from './pages/retries.tsx';
import { searchPage } from './pages/search.tsx';
import { stuckPage } from './pages/stuck.tsx';
import { timelinePage } from './timeline/timeline.tsx';
import type { ViewPage } from './view-page.ts';

/** Every view by its name. */
export const viewPages: Readonly<Record<ViewName, ViewPage>> = {
  overview: overviewPage,
  stuck: stuckPage,
  retries: retriesPage,
  deadlines: deadlinesPage,
  flow: flowPage,
  latency: latencyPage,
  distribution: distributionPage,
  incidents: incidentsPage,
  incident: incidentPage,
  rejected: rejectedPage,
  rejection: rejectionPage,
  search: searchPage,
  failures: failuresPage,
  request: timelinePage,
};
