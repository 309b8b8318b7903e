import { groupStuckRequests } from '../../data-access/stuck-alarm/group-stuck-requests.ts';
import { listStuckRequests } from '../../data-access/stuck-alarm/list-stuck-requests.ts';
import { readCheck } from '../../data-access/stuck-alarm/read-check.ts';
import { stuckReasons } from '../../domain/request-state.ts';
import { readText, readWord } from '../read-parameters.ts';
import type { ViewPage } from '../view-page.ts';
import { StuckBoard } from './stuck-board.tsx';

export const stuckPage: ViewPage = {
  title: 'Stuck',
  filters: ['stage', 'reason', 'error', 'target', 'risk'],
  show: async ({ database, parameters, context }) => {
    const filter = {
      stage: readText(parameters, 'stage'),
      reason: readWord(parameters, 'reason', stuckReasons),
      error: readText(parameters, 'error'),
      target: readText(parameters, 'target'),
      risk: readWord(parameters, 'risk', ['at-risk', 'breached']),
    };
    const question = {
      tenant: context.tenant ?? undefined,
      stage: filter.stage ?? undefined,
      reason: filter.reason ?? undefined,
      errorCode: filter.error ?? undefined,
      targetSystem: filter.target ?? undefined,
      risk: filter.risk ?? undefined,
    };
    const isFiltered = Object.values(filter).some((part) => part !== null);
    const [groups, requests, check] = await Promise.all([
      groupStuckRequests(database, context.now, question),
      isFiltered ? listStuckRequests(database, question, context.limits.requests) : null,
      readCheck(database),
    ]);
    return (
      <StuckBoard data={{ filter, groups, requests: requests?.rows ?? null, check }} context={context} />
    );
  },
};
