import { listOpenIncidents } from '../../data-access/stuck-alarm/list-open-incidents.ts';
import { readCheck } from '../../data-access/stuck-alarm/read-check.ts';
import type { ViewPage } from '../view-page.ts';
import { IncidentList } from './incident-list.tsx';

export const incidentsPage: ViewPage = {
  title: 'Incidents',
  filters: [],
  show: async ({ database, context }) => {
    const [all, check] = await Promise.all([listOpenIncidents(database), readCheck(database)]);
    const incidents = all.filter(({ tenant }) => context.tenant === null || tenant === context.tenant);
    return <IncidentList data={{ incidents, check }} context={context} />;
  },
};
