/** What is held back; null stands for all, and one at least is named. */
export interface PauseScope {
  tenant: string | null;
  stage: string | null;
  downstream: string | null;
}

export interface RetryPause extends PauseScope {
  reason: string;
  pausedBy: string;
  pausedAt: Date;
}

/** Where work waits that a pause may hold back. */
export interface PausedPlace {
  tenant: string;
  stage: string | null;
  targetSystem: string | null;
}

/** The oldest pause that holds this back. */
export function coveringPause(
  pauses: readonly RetryPause[],
  { tenant, stage, targetSystem }: PausedPlace,
): RetryPause | undefined {
  return pauses.find(
    (pause) =>
      (pause.tenant === null || pause.tenant === tenant) &&
      (pause.stage === null || pause.stage === stage) &&
      (pause.downstream === null || pause.downstream === targetSystem),
  );
}
