/** What is mutated, and the tests that are to tell, those that take the least time first. */
export interface Target {
  /** From the repository's root. */
  path: string;
  tests: readonly string[];
}

const sql = (names: string, ...tests: string[]): Target[] =>
  names.split(' ').map((name) => ({ path: `migrations/functions/${name}.sql`, tests }));
const code = (folder: string, names: string, ...tests: string[]): Target[] =>
  names.split(' ').map((name) => ({ path: `lib/${folder}/${name}.ts`, tests }));

const recording = ['test/flows/ingest/record-events.test.ts', 'test/lambdas/ingest-order.test.ts'];
const retrying = [
  'test/flows/retry/run-retries.test.ts',
  'test/flows/retry/retry-histories.test.ts',
  'test/flows/retry/claim-due-retries-races.test.ts',
  'test/flows/retry/retry-pauses.test.ts',
];
const watching = [
  'test/flows/stuck-alarm/check-requests.test.ts',
  'test/flows/stuck-alarm/histories.test.ts',
  'test/data-access/clock-ahead.test.ts',
];
const summing = [
  'test/data-access/summary/refresh-summary.test.ts',
  'test/data-access/summary/histogram.test.ts',
  'test/data-access/summary/summarise-block-ranges.test.ts',
  'test/flows/wrong-clock.test.ts',
  'test/flows/retention/summary-kept.test.ts',
];
const flow = [
  'test/data-access/flow/flow.test.ts',
  'test/data-access/flow/flow-histories.test.ts',
  'test/flows/retention/flow-kept.test.ts',
  'test/flows/wrong-clock.test.ts',
];
const archiving = [
  'test/flows/retention/archive-requests.test.ts',
  'test/flows/retention/archive-hazards.test.ts',
  'test/flows/retention/legal-hold.test.ts',
  'test/flows/retention/restore-archived.test.ts',
];
const folding = [
  'test/domain/request-effects.test.ts',
  'test/domain/decision-episodes.test.ts',
  'test/flows/stuck-alarm/histories.test.ts',
  'test/domain/request-fold.test.ts',
  'test/domain/fold-histories.test.ts',
];
const reading = [
  'test/domain/event-message.test.ts',
  'test/domain/refused-events.test.ts',
  'test/domain/lenient-reading.test.ts',
];

export const targets: readonly Target[] = [
  ...sql(
    'append_events',
    ...recording,
    'test/flows/stuck-alarm/check-requests.test.ts',
    'test/flows/stuck-alarm/put-events.test.ts',
    'test/flows/ingest/record-events-races.test.ts',
  ),
  ...sql('read_request_states', ...recording, 'test/flows/retention/compact-requests.test.ts'),
  ...sql(
    'record_decisions',
    ...recording,
    'test/data-access/published-year.test.ts',
    'test/flows/ingest/record-events-cuts.test.ts',
  ),
  ...sql(
    'clear_overtaken',
    ...recording,
    'test/flows/retry/retry-histories.test.ts',
    'test/flows/retry/claim-due-retries-races.test.ts',
  ),
  ...sql('claim_due_retries', ...retrying),
  ...sql('waiting_failure', 'test/flows/retry/retry-batches.test.ts', ...retrying),
  ...sql(
    'pause_retries resume_retries pauses_of',
    'test/flows/retry/retry-pauses.test.ts',
    'test/cli/retry.test.ts',
  ),
  ...sql('retry_now', 'test/cli/retry.test.ts', 'test/flows/wrong-clock.test.ts'),
  ...sql(
    'request_retry_batch step_retry_batches cancel_retry_batch',
    'test/flows/retry/retry-batches.test.ts',
    'test/flows/wrong-clock.test.ts',
  ),
  ...sql(
    'request_resend claim_resends',
    'test/flows/retry/run-resends.test.ts',
    'test/cli/request-resend.test.ts',
  ),
  ...sql(
    'take_watched_requests write_verdicts watch_request_again',
    ...watching,
    'test/flows/stuck-alarm/outages.test.ts',
  ),
  ...sql('snooze_incident', 'test/cli/stuck.test.ts', 'test/flows/stuck-alarm/send-notifications.test.ts'),
  ...sql(
    'close_request',
    'test/cli/request-show.test.ts',
    'test/flows/migrate/roles.test.ts',
    'test/local/console/acts.test.ts',
  ),
  ...sql(
    'summarise_events summarise_changed_hour summarise_changed_day mark_changed_hours merge_hours summary_between',
    ...summing,
  ),
  ...sql(
    'count_decisions decisions_between decisions_of_days roll_up_decisions merge_decisions',
    'test/data-access/decision-summary.test.ts',
  ),
  ...sql('earliest_received', 'test/data-access/metadata-search.test.ts'),
  ...sql('count_between summarised_until', 'test/data-access/load.test.ts', ...summing),
  ...sql('flow_between flow_measures fold_flows merge_flows unfolded_flows', ...flow),
  ...sql(
    'compact_requests is_retired_event',
    'test/flows/retention/compact-requests.test.ts',
    'test/flows/retention/retention-races.test.ts',
  ),
  ...sql('hold_history release_history is_held', 'test/flows/retention/legal-hold.test.ts'),
  ...sql(
    'note_archived note_archived_hours may_drop_month drop_archived_month keep_archived_month',
    'test/flows/retention/archive-requests.test.ts',
    'test/flows/retention/archive-hazards.test.ts',
    'test/flows/retention/legal-hold.test.ts',
    'test/flows/retention/summary-kept.test.ts',
  ),
  ...sql('search_events', 'test/data-access/metadata-search.test.ts'),
  ...code('domain', 'request-fold request-memory request-effects answer', ...folding),
  ...code(
    'domain',
    'stated-time',
    'test/domain/stated-time.test.ts',
    ...folding,
    'test/lambdas/ingest.test.ts',
  ),
  ...code(
    'domain',
    'decision-facts decision-episodes decision-statements extension-and-appeal',
    'test/domain/decision-episodes.test.ts',
    'test/domain/decision-histories.test.ts',
    'test/domain/request-effects.test.ts',
    'test/domain/request-fold.test.ts',
    'test/domain/fold-histories.test.ts',
    'test/data-access/published-year.test.ts',
  ),
  ...code(
    'domain',
    'decision-clock',
    'test/domain/decision-episodes.test.ts',
    'test/domain/decision-histories.test.ts',
    'test/domain/request-state.test.ts',
    'test/flows/stuck-alarm/check-requests.test.ts',
  ),
  ...code(
    'domain',
    'request-state request-verdict stage-limits',
    'test/domain/request-state.test.ts',
    'test/flows/stuck-alarm/histories.test.ts',
    'test/flows/stuck-alarm/check-requests.test.ts',
  ),
  ...code(
    'domain',
    'incident-rules',
    'test/domain/incident-text.test.ts',
    'test/domain/request-state.test.ts',
    'test/domain/incident-rules.test.ts',
    'test/flows/stuck-alarm/outages.test.ts',
    'test/flows/stuck-alarm/send-notifications.test.ts',
    'test/flows/stuck-alarm/retried-incident.test.ts',
    'test/lambdas/stuck-alarm.test.ts',
  ),
  ...code('domain', 'stuck-grouping', 'test/domain/stuck-grouping.test.ts', 'test/cli/stuck.test.ts'),
  ...code(
    'domain',
    'retry-policy',
    'test/domain/retry-policy.test.ts',
    'test/flows/retry/run-retries.test.ts',
  ),
  ...code(
    'domain',
    'event-message normalise-event cloud-event event-metadata event-catalogue',
    ...reading,
    'test/domain/event-catalogue.test.ts',
  ),
  ...code('flows/ingest', 'record-events', ...recording, 'test/flows/ingest/record-events-cuts.test.ts'),
  ...code(
    'flows/retry',
    'run-retries send-retry-commands',
    ...retrying,
    'test/flows/retry/run-retries-crash.test.ts',
    'test/flows/retry/retry-queues.test.ts',
    'test/cli/dead-letters.test.ts',
  ),
  ...code(
    'data-access',
    'ingest',
    ...recording,
    'test/flows/ingest/record-events-cuts.test.ts',
    'test/lambdas/ingest.test.ts',
  ),
  ...code(
    'data-access',
    'retry',
    ...retrying,
    'test/flows/retry/retry-batches.test.ts',
    'test/flows/retry/run-resends.test.ts',
    'test/flows/wrong-clock.test.ts',
  ),
  ...code(
    'data-access',
    'stuck-alarm incidents',
    ...watching,
    'test/flows/stuck-alarm/outages.test.ts',
    'test/flows/stuck-alarm/send-notifications.test.ts',
    'test/flows/stuck-alarm/retried-incident.test.ts',
    'test/flows/stuck-alarm/put-events.test.ts',
    'test/flows/wrong-clock.test.ts',
  ),
  ...code(
    'domain',
    'doubtful-names',
    'test/domain/lenient-reading.test.ts',
    'test/cli/event-file.test.ts',
    'test/cli/report.test.ts',
  ),
  ...code(
    'data-access',
    'doubtful-names',
    'test/data-access/doubtful-names.test.ts',
    'test/cli/report.test.ts',
  ),
  ...code(
    'data-access',
    'outgoing-events',
    'test/flows/stuck-alarm/put-events.test.ts',
    'test/flows/wrong-clock.test.ts',
  ),
  ...code('flows/stuck-alarm', 'put-events', 'test/flows/stuck-alarm/put-events.test.ts'),
  ...code('data-access', 'summary', ...summing),
  ...code('data-access', 'retention', ...archiving, 'test/flows/retention/compact-requests.test.ts'),
];
