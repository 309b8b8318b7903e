/**
 * Cluster parameters. Statement parameters and DETAIL lines ("Failing row contains …") are kept out of the server log:
 * they are what could carry a patient's data there.
 */
export const DATABASE_PARAMETERS: Readonly<Record<string, string>> = {
  'rds.force_ssl': '1',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_min_duration_statement: '1000',
  log_lock_waits: '1',
  log_statement: 'ddl',
  idle_in_transaction_session_timeout: '180000',
};
