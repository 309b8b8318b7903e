import { deadlinesPage } from './pages/deadlines-page.tsx';
import { distributionPage } from './pages/distribution-page.tsx';
import { failuresPage } from './pages/failures-page.tsx';
import { incidentsPage } from './pages/incidents-page.tsx';
import { latencyPage } from './pages/latency-page.tsx';
import { overviewPage } from './pages/overview-page.tsx';
import { rejectedPage } from './pages/rejected-page.tsx';
import { retriesPage } from './pages/retries-page.tsx';
import { searchPage } from './pages/search-page.tsx';
import { stuckPage } from './pages/stuck-page.tsx';
import { timelinePage } from './timeline/timeline-page.tsx';
import type { ViewName } from './view-context.ts';
import type { ViewPage } from './view-page.ts';

/** Every view by its name. */
export const viewPages: Readonly<Record<ViewName, ViewPage>> = {
  overview: overviewPage,
  stuck: stuckPage,
  retries: retriesPage,
  deadlines: deadlinesPage,
  latency: latencyPage,
  distribution: distributionPage,
  incidents: incidentsPage,
  rejected: rejectedPage,
  search: searchPage,
  failures: failuresPage,
  request: timelinePage,
};
