/** How each verb is used, for its help; reports that say more have theirs in lib/reports. test/cli/usage.test.ts reads each. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'request show': [
    'pagw request show PAGW-20251226-00005-A7CEB2B3',
    'pagw request show PAGW-20251226-00005-A7CEB2B3 --watch 10',
    'pagw request show PAGW-20251226-00005-A7CEB2B3 -o json',
  ],
  'request list': ['pagw request list --tenant anthem --since 24h', 'pagw request list -o csv --limit 5000'],
  'request resend': ["pagw request resend PAGW-20251226-00005-A7CEB2B3 --reason 'worker was restarted'"],
  'request close': [
    "pagw request close PAGW-20251226-00005-A7CEB2B3 --as void --second maria --reason 'sent twice'",
  ],
  'event send': ['pagw event send -f events.ndjson', 'pagw event send -f - < events.ndjson'],
  'event validate': [
    'pagw event validate -f events.ndjson',
    'pagw event validate -f events.ndjson --strict -o json',
  ],
  'incident list': ['pagw incident list', 'pagw incident list --tenant anthem -o json'],
  'incident show': ['pagw incident show stuck/anthem/API_CONNECTOR/9f2c'],
  'incident snooze': [
    "pagw incident snooze stuck/anthem/API_CONNECTOR/9f2c --for 4h --reason 'carelon knows'",
  ],
  'retry list': ['pagw retry list --state due', 'pagw retry list --tenant anthem --watch'],
  'retry run': ["pagw retry run PAGW-20251226-00005-A7CEB2B3 --reason 'carelon is back'"],
  'retry batch': [
    'pagw retry batch --error-code API_TIMEOUT --downstream carelon --dry-run',
    "pagw retry batch --error-code API_TIMEOUT --downstream carelon --reason 'carelon is back'",
  ],
  'retry batches': ['pagw retry batches --limit 5'],
  'retry cancel': ["pagw retry cancel 12 --reason 'wrong downstream'"],
  'retry pause': ["pagw retry pause --downstream carelon --reason 'down until 06:00'"],
  'retry resume': ["pagw retry resume --downstream carelon --reason 'carelon is back'"],
  'retry pauses': ['pagw retry pauses'],
  'rejected list': ['pagw rejected list --waiting', 'pagw rejected list --since 24h --tenant anthem'],
  'rejected show': ['pagw rejected show 42'],
  'rejected replay': [
    'pagw rejected replay 42',
    'pagw rejected replay --code TENANT_MISMATCH --dry-run',
    "pagw rejected replay --code TENANT_MISMATCH --reason 'the producer is fixed'",
  ],
  'dead-letters list': ['pagw dead-letters list --limit 20'],
  'dead-letters redrive': [
    'pagw dead-letters redrive --dry-run',
    "pagw dead-letters redrive --reason 'the database is back'",
  ],
  'archive list': ['pagw archive list', 'pagw archive list 2026-03 --tenant anthem'],
  'archive restore': ["pagw archive restore PAGW-20251226-00005-A7CEB2B3 --reason 'an appeal'"],
  'archive hold': ["pagw archive hold PAGW-20251226-00005-A7CEB2B3 --reason 'case 4711'"],
  'archive release': ["pagw archive release PAGW-20251226-00005-A7CEB2B3 --reason 'case 4711 is closed'"],
  'archive holds': ['pagw archive holds'],
  'migrate status': ['pagw migrate status'],
  'migrate up': ['pagw migrate up'],
  stuck: [
    'pagw stuck',
    'pagw stuck --tenant anthem --group-by stage,cause --watch',
    'pagw stuck --older-than 2h --exit-code',
  ],
  console: ['pagw console --stack PagwEventTracker-dev'],
  audit: ['pagw audit --since 7d', 'pagw audit --action retry --by maria'],
  export: [
    'pagw export --format xes > log.xes',
    'pagw export --format csv --tenant anthem --since 30d > log.csv',
  ],
  doctor: ['pagw doctor', 'pagw doctor --deep -o json', 'pagw doctor --preflight --region us-east-1'],
  completion: ['source <(pagw completion bash)'],
};

/** Lines for the help of a verb such as `request show`. */
export function examplesOf(path: string): string[] {
  const [group, name] = path.split(' ');
  const examples =
    EXAMPLES[path] ??
    (group === 'report' && name !== undefined ? [`pagw ${path}`, `pagw ${path} -o csv`] : []);
  return examples.map((example) => `  ${example}`);
}
