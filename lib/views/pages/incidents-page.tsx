import { listOpenIncidents } from '../../data-access/stuck-alarm/list-open-incidents.ts';
import { readCheck } from '../../data-access/stuck-alarm/read-check.ts';
import type { ViewPage } from '../view-page.ts';
import { IncidentList } from './incident-list.tsx';

export const incidentsPage: ViewPage = {
  title: 'Incidents',
  filters: [],
  show: async ({ database, context }) => {
    const { tenant, limits } = context;
    const [incidents, check] = await Promise.all([
      listOpenIncidents(database, tenant, limits.groups + 1),
      readCheck(database),
    ]);
    return <IncidentList data={{ incidents, check }} context={context} />;
  },
};
