/** Mutants that no test can tell from the original, and why. */
export const explanations: readonly { of: string; code: string; change?: string; why: string }[] = [
  { of: 'append_events', code: 'json_array_length(cleared) >= 0', why: 'then nothing is cleared by a call' },
  {
    of: 'read_request_states',
    code: 'bytes >= most_bytes',
    why: 'at that very byte the state is asked for once more',
  },
  {
    of: 'clear_overtaken',
    code: 'AND coalesce(failed.next_retry_at, failed.retry_exhausted_at) IS NOT NULL',
    change: 'drops a condition',
    why: 'NULL is written over NULL',
  },
  {
    of: 'claim_due_retries',
    code: 'coalesce(mark.id, 1)',
    why: 'without a mark the time is -infinity, at which no failure is due',
  },
  {
    of: 'take_watched_requests',
    code: 'event.received_on = request.received_on',
    change: 'drops a condition',
    why: 'it spares a look into other months, where the request has nothing',
  },
  { of: 'clear_overtaken', code: 'LIMIT 2', why: 'a second row has another number' },
  {
    of: 'clear_overtaken',
    code: 'AND failed.received_on = overtaken.received_on',
    change: 'drops a condition',
    why: 'it spares a look into other months, where no row has the id',
  },
  {
    of: 'ingest',
    code: 'event.serviceName',
    change: 'drops what stands in',
    why: 'null is written as nothing is',
  },
  {
    of: 'record-events',
    code: 'RACED_PAUSE_MS * 3 ** round',
    why: 'only for how long it waits to try again',
  },
  { of: 'decision-facts', code: 'left < right ? -2 : 1', why: 'what sorts asks for the sign alone' },
  {
    of: 'ingest',
    code: 'payload?.key',
    change: 'drops what stands in',
    why: 'null is written as nothing is',
  },
  {
    of: 'append_events',
    code: 'AND known.tenant = excluded.tenant',
    change: 'drops a condition',
    why: 'a request that was not there when it was read has another number by then',
  },
  {
    of: 'ingest',
    code: 'error_message: event.errorMessage',
    change: 'drops what stands in',
    why: 'null is written as nothing is',
  },
  { of: 'decision-facts', code: 'subscriptionCount ?? 2', why: 'only whether it is 0 is asked' },
  {
    of: 'decision-facts',
    code: 'JSON.stringify(said) <= JSON.stringify(known)',
    why: 'of two that are the same, either is kept',
  },
  {
    of: 'stuck-alarm',
    code: 'rows[0]?.messages',
    change: 'drops what stands in',
    why: 'a count is always answered',
  },
  {
    of: 'doubtful-names',
    code: "typeof event !== 'object'",
    why: 'only what the contract took is asked about',
  },
  { of: 'request-fold', code: '?? false', why: 'nothing is as little as false' },
  {
    of: 'decision-episodes',
    code: 'appealOutcome === null && resolvedAt <= appealedAt',
    why: 'it is asked of nothing that is not resolved',
  },
  {
    of: 'record-events',
    code: 'let tenant = state?.tenant',
    change: 'drops what stands in',
    why: 'of no tenant, undefined is asked as null is',
  },
  {
    of: 'incident-cause',
    code: 'const code = errorCode?.toUpperCase()',
    change: 'drops what stands in',
    why: 'joined with the others, undefined is as empty',
  },
  {
    of: 'unfolded_flows',
    code: 'one.sequence_no >= request.folded_no',
    why: 'the latest event once more changes no stage and waits for nothing',
  },
  {
    of: 'summarise_changed_hour',
    code: 'ORDER BY hour DESC LIMIT 1',
    change: 'drops a lock',
    why: 'a second run waits for the hour, and leaves the others to the first or to the next run',
  },
];
