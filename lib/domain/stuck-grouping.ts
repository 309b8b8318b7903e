/** What stuck requests can be grouped by. */
export const groupKeys = ['tenant', 'stage', 'cause', 'downstream'] as const;
export type GroupKey = (typeof groupKeys)[number];

export interface GroupedCause {
  tenant: string;
  stage: string;
  reason: string;
  errorCode: string | null;
  targetSystem: string | null;
  count: number;
  oldestSince: Date;
  atRisk: number;
  urgent: number;
  breached: number;
  sampleIds: readonly string[];
}

/** A group by some of the keys; null stands for those it is not grouped by. */
export interface RegroupedCause {
  tenant: string | null;
  stage: string | null;
  /** Reason, and the error code where there is one. */
  cause: string | null;
  downstream: string | null;
  count: number;
  oldestSince: Date;
  atRisk: number;
  breached: number;
  sampleIds: string[];
}

const SAMPLES = 3;

/** Merges groups that do not differ in the keys, largest first. */
export function regroup(groups: readonly GroupedCause[], by: readonly GroupKey[]): RegroupedCause[] {
  const merged = new Map<string, RegroupedCause>();
  for (const group of groups) {
    const named = namesOf(group, by);
    const key = JSON.stringify(named);
    const other = merged.get(key);
    merged.set(key, {
      ...named,
      count: (other?.count ?? 0) + group.count,
      oldestSince: other && other.oldestSince < group.oldestSince ? other.oldestSince : group.oldestSince,
      atRisk: (other?.atRisk ?? 0) + group.atRisk + group.urgent,
      breached: (other?.breached ?? 0) + group.breached,
      sampleIds: [...(other?.sampleIds ?? []), ...group.sampleIds].slice(0, SAMPLES),
    });
  }
  return [...merged.values()].sort((left, right) => right.count - left.count);
}

function namesOf({ tenant, stage, reason, errorCode, targetSystem }: GroupedCause, by: readonly GroupKey[]) {
  const cause = errorCode === null ? reason : `${reason} ${errorCode}`;
  return {
    tenant: by.includes('tenant') ? tenant : null,
    stage: by.includes('stage') ? stage : null,
    cause: by.includes('cause') ? cause : null,
    downstream: by.includes('downstream') ? targetSystem : null,
  };
}
