import type { IncidentGroup } from '../../lib/data-access/stuck-requests.ts';

/** Requests that are one incident, as the detector groups them; one of anthem's unless said otherwise. */
export function incidentGroup(
  fields: Partial<IncidentGroup> & Pick<IncidentGroup, 'oldestSince'>,
): IncidentGroup {
  return {
    key: null,
    tenant: 'anthem',
    stage: 'API_CONNECTOR',
    reason: 'retries-exhausted',
    errorCode: 'API_TIMEOUT',
    targetSystem: 'carelon',
    count: 1,
    awaited: 0,
    maxAttempt: 5,
    atRisk: 0,
    urgent: 0,
    breached: 0,
    riskAt: null,
    nextDueAt: null,
    sampleIds: ['PAGW-1'],
    ...fields,
  };
}
