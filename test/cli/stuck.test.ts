import { beforeAll, describe, expect, it } from 'vitest';
import { recordCheck } from '../../lib/data-access/stuck-alarm.ts';
import { groupIncidents, type IncidentGroup } from '../../lib/data-access/stuck-requests.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import { keepIncidents } from '../../lib/flows/stuck-alarm/keep-incidents.ts';
import { checkRequests } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../support/database.ts';
import { afterMinutes, recordHistory, type Step } from '../support/history.ts';
import { connectionTo, runCli } from './run-cli.ts';

const start = new Date('2026-03-02T08:00:00Z');
const now = afterMinutes(start, 60);
const db = await databaseOfFile();

const hangs: Step[] = [
  [0, 'PARSE_OK'],
  [0, 'VAL_START', { skewMinutes: 60 }],
];
const lost: Step[] = [[5, 'CONVERT_OK', { metadata: { targetSystem: 'carelon' } }]];

beforeAll(async () => {
  await recordHistory(db.database, { pagwId: 'PAGW-1' }, start, hangs);
  await recordHistory(db.database, { pagwId: 'PAGW-2' }, afterMinutes(start, 30), hangs);
  await recordHistory(db.database, { pagwId: 'PAGW-3', tenant: 'elevance' }, start, lost);
  await check(now);
});

/** What the detector would have done by then. */
async function check(at: Date): Promise<void> {
  await checkRequests(db.database, {
    now: at,
    rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
  });
  const groups: IncidentGroup[] = [];
  for await (const page of groupIncidents(db.database, at)) groups.push(...page);
  await keepIncidents(db.database, groups, at);
  await recordCheck(db.database, at, { heldBack: false, laggingSince: null, lagSeconds: 0 });
}

function pagw(line: string, at = afterMinutes(now, 1)) {
  return runCli(line.split(' '), { connection: connectionTo(db, at), env: { USER: 'ann' }, answer: 'y' });
}

describe('pagw stuck', () => {
  it('refuses names that exist nowhere, with the nearest that do, and never says that nothing is stuck', async () => {
    const stage = await pagw('stuck --stage VALIDATOIN');
    expect(stage).toMatchObject({ code: 5, stdout: '' });
    expect(stage.stderr).toContain('VALIDATION');
    const tenant = await pagw('stuck --tenant anthen');
    expect(tenant).toMatchObject({ code: 5, stdout: '' });
    expect(tenant.stderr).toContain('Did you mean anthem?');
    expect(await pagw('retry pause --stage PARSNIG --reason test -y')).toMatchObject({ code: 5 });
  });

  it('shows groups, then requests, longest stuck first, and how fresh that is', async () => {
    const { code, stdout, stderr } = await pagw('stuck');
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[1]).toMatch(/^ *2 .* {2}anthem {4}VALIDATION {2}PAGW-1 {3}no-result /);
    expect(lines[2]).toMatch(/^ *1 .* {2}elevance {2}CONVERSION {2}PAGW-3 {3}hand-off-lost {2}carelon /);
    expect(lines.slice(5, 8).map((line) => line.split(' ')[0])).toEqual(['PAGW-1', 'PAGW-3', 'PAGW-2']);
    expect(lines[5]).toContain('clock 1h ahead');
    expect(lines[6]).toContain('CONVERSION → API_CONNECTOR');
    expect(stderr).toContain('3 stuck requests; checked 1m ago.');
  });

  it('takes two lines a group or incident at 80 columns, as `pagw incident list` does', async () => {
    const at80 = async (line: string) => {
      const given = { connection: connectionTo(db, now), columns: 80 };
      return (await runCli([...line.split(' '), '--color', 'never'], given)).stdout;
    };
    for (const text of [(await at80('stuck')).split('\n\n')[0] ?? '', await at80('incident list')]) {
      const lines = text.trimEnd().split('\n');
      expect(lines.length).toBeLessThanOrEqual(2 * 3);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  it('gives stable JSON', async () => {
    const { groups, requests, total } = JSON.parse(
      (await pagw('stuck --tenant anthem -o json --limit 1')).stdout,
    );
    expect(groups).toMatchObject([{ tenant: 'anthem', stage: 'VALIDATION', cause: 'no-result', count: 2 }]);
    expect(requests).toMatchObject([
      {
        pagwId: 'PAGW-1',
        tenant: 'anthem',
        stage: 'VALIDATION',
        reason: 'no-result',
        since: start.toISOString(),
      },
    ]);
    expect(total).toBe(2);
  });

  it('goes on after a page, filters by age, groups by what is asked for', async () => {
    const first = JSON.parse((await pagw('stuck -o json --limit 2')).stdout);
    const rest = JSON.parse((await pagw(`stuck -o json --after ${first.next}`)).stdout);
    expect([...first.requests, ...rest.requests].map(({ pagwId }) => pagwId)).toEqual([
      'PAGW-1',
      'PAGW-3',
      'PAGW-2',
    ]);
    expect(rest.next).toBeNull();
    expect(JSON.parse((await pagw('stuck -o json --older-than 45m')).stdout).total).toBe(2);
    const { groups } = JSON.parse((await pagw('stuck -o json --group-by downstream')).stdout);
    expect(groups).toMatchObject([
      { downstream: null, count: 2, tenant: null },
      { downstream: 'carelon', count: 1 },
    ]);
  });

  it('tells of groups in CSV and JSON lines where the groups were asked for', async () => {
    const csv = (await pagw('stuck -o csv --group-by downstream')).stdout.split('\r\n');
    expect(csv[0]).toBe('tenant,stage,cause,downstream,count,oldestSince,atRisk,breached,sampleIds');
    expect(csv[2]).toMatch(/^,,,carelon,1,\d{4}-/);
    expect((await pagw('stuck -o jsonl --group-by downstream')).stdout.trim().split('\n')).toHaveLength(2);
    expect((await pagw('stuck -o csv')).stdout).toMatch(/^pagwId,/);
  });

  it('ends with 10 when there is any and that was asked, with 64 when it is not understood', async () => {
    expect((await pagw('stuck --exit-code')).code).toBe(10);
    expect((await pagw('stuck --exit-code --stage PARSING')).code).toBe(0);
    expect((await pagw('stuck --stage PARSING')).stderr).toContain('No stuck requests; checked 1m ago.');
    expect((await pagw('stuck --older-than soon')).code).toBe(64);
    expect((await pagw('stuck --group-by colour')).code).toBe(64);
  });
});

describe('pagw incident', () => {
  it('lists what is open and silences one until a time, with a reason', async () => {
    const { incidents } = JSON.parse((await pagw('incident list -o json')).stdout);
    // The worst first: of one level, the one with the most requests.
    expect(incidents).toMatchObject([
      { tenant: 'anthem', reason: 'no-result', count: 2, lastKind: 'opened' },
      { tenant: 'elevance', reason: 'hand-off-lost', count: 1, lastKind: 'opened' },
    ]);
    const [{ key }] = incidents;
    expect((await pagw(`incident snooze ${key} --for 4h`)).code).toBe(64);
    const { code, stderr } = await pagw(`incident snooze ${key} --for 4h --reason known`);
    expect([code, stderr]).toEqual([0, `${key} is silent for 4h, until 2026-03-02 13:01:00Z.\n`]);
    expect((await pagw('incident list')).stdout).toContain('snoozed for 4h');
    expect((await pagw('incident snooze stuck/no/such/key --reason known')).code).toBe(5);
    const { rows } = await db.database.execute(
      'SELECT action, reason, acted_by, affected FROM operator_action',
    );
    expect(rows).toEqual([{ action: 'incident.snooze', reason: 'known', actedBy: 'ann', affected: 1 }]);
  });
});

describe('pagw request close', () => {
  it('ends a stuck request for good: an event, a deed, no alarm', async () => {
    const { code, stderr } = await pagw('request close PAGW-2 --as void --second lee --reason resubmitted');
    expect([code, stderr]).toEqual([0, 'Closed PAGW-2 as void.\n']);
    expect(JSON.parse((await pagw('stuck --tenant anthem -o json')).stdout).total).toBe(1);
    await check(afterMinutes(now, 24 * 60));
    expect(JSON.parse((await pagw('stuck --tenant anthem -o json')).stdout).total).toBe(1);
    const { rows } = await db.database.execute(
      `SELECT event_type, stage, sequence_no FROM event_tracker WHERE pagw_id = 'PAGW-2' ORDER BY sequence_no DESC LIMIT 1`,
    );
    expect(rows).toEqual([{ eventType: 'REQUEST_CLOSED', stage: 'OPERATOR', sequenceNo: 3 }]);
    const deeds = await db.database.execute(
      `SELECT reason, acted_by, filter ->> 'pagwId' AS pagw_id FROM operator_action WHERE action = 'request.close'`,
    );
    expect(deeds.rows).toEqual([{ reason: 'resubmitted (agreed by lee)', actedBy: 'ann', pagwId: 'PAGW-2' }]);
  });

  it('says when there is nothing to close', async () => {
    expect((await pagw('request close PAGW-2 --as void --reason again')).stderr).toContain(
      'was closed already',
    );
    expect((await pagw('request close PAGW-NOBODY --as void --reason again')).code).toBe(5);
    expect((await pagw('request close PAGW-1 --reason again')).code).toBe(64);
    for (const second of ['', ' --second ANN', ' --second Ann@payer.example', ' --second …']) {
      const alone = await pagw(`request close PAGW-1 --as withdrawn --reason again${second}`);
      expect([alone.code, alone.stderr]).toEqual([64, expect.stringContaining('takes a second person')]);
    }
  });

  it('needs nobody else where no clock runs, and says that a decision is still to be delivered', async () => {
    const submitted: Step = [0, 'REQUEST_RECEIVED'];
    const asks: Step = [0, 'REQUEST_RECEIVED', { metadata: { requestType: 'INQUIRY' } }];
    await recordHistory(db.database, { pagwId: 'PAGW-ASKS' }, now, [asks]);
    await recordHistory(db.database, { pagwId: 'PAGW-DENIED' }, now, [
      submitted,
      [0, 'CALLBACK_OK', { metadata: { reviewAction: 'A3' } }],
    ]);
    const close = async (pagwId: string) =>
      (await pagw(`request close ${pagwId} --as withdrawn --reason again`)).stderr;
    expect(await close('PAGW-ASKS')).toBe('Closed PAGW-ASKS as withdrawn.\n');
    expect(await close('PAGW-DENIED')).toContain(
      'Closed PAGW-DENIED as withdrawn. It stays decided, and on the delivery board',
    );
    await recordHistory(db.database, { pagwId: 'PAGW-UNTOLD' }, now, [
      submitted,
      [0, 'RESPONSE_OK', { metadata: { outcome: 'denied' } }],
      [0, 'NOTIFY_FAIL'],
    ]);
    for (const pagwId of ['PAGW-DENIED', 'PAGW-UNTOLD'])
      expect(await close(pagwId)).toMatch(
        /was closed already; nothing was done. It stays decided, and on the delivery board .* Give /,
      );
    await recordHistory(db.database, { pagwId: 'PAGW-UNTOLD' }, now, [[0, 'NOTIFY_OK']]);
    expect(await close('PAGW-UNTOLD')).toBe('PAGW-UNTOLD was closed already; nothing was done.\n');
  });
});

describe('pagw audit', () => {
  it('lists what was done by hand, by whom and why', async () => {
    await pagw('retry pause --stage VALIDATION --reason maintenance -y');
    for (const line of ['stuck', 'stuck --tenant anthem', 'retry list'])
      expect((await pagw(line)).stderr).toMatch(
        /^Retries of VALIDATION are paused by \S+ since .+ because maintenance\.$/m,
      );
    const { stdout } = await pagw('audit --action retry --by ann -o json');
    expect(JSON.parse(stdout)).toMatchObject({
      acts: [
        {
          action: 'retry.pause',
          actedBy: 'ann',
          reason: 'maintenance',
          affected: 1,
          filter: { stage: 'VALIDATION' },
        },
      ],
      next: null,
    });
    await pagw('retry resume --stage VALIDATION --reason over');
    expect((await pagw('audit --action retry.resume -o csv')).stdout).toContain('retry.resume');
    expect((await pagw('audit --by bob')).stderr).toContain('No person of this name');
  });
});

describe('more groups than one answer holds', () => {
  it('are counted, in JSON and below the table, and what is named is shown whole', async () => {
    await db.database.execute(
      `INSERT INTO request_tracker (pagw_id, tenant, received_on, received_at, stuck_reason, stuck_since, stuck_stage)
       SELECT 'PAGW-MANY-' || number, 'many-' || number, received_on, received_at, 'no-result', :now::timestamptz, 'PARSING'
       FROM generate_series(1, 1_100) AS number, (SELECT * FROM request_tracker WHERE pagw_id = 'PAGW-1') AS one`,
      { now },
    );
    const { groups, groupsLeft, total } = JSON.parse((await pagw('stuck -o json --limit 1')).stdout);
    expect(groups).toHaveLength(1_000);
    expect(groups.length + groupsLeft).toBeGreaterThanOrEqual(1_100);
    expect(total).toBeGreaterThanOrEqual(1_100);
    const { stdout, stderr } = await pagw('stuck --limit 1');
    expect(stdout + stderr).toContain(`${groupsLeft} smaller groups are not shown; name a --tenant`);
    const named = JSON.parse((await pagw('stuck --tenant many-1100 -o json')).stdout);
    expect(named).toMatchObject({ groupsLeft: 0, groups: [{ tenant: 'many-1100', count: 1 }] });
  });
});
