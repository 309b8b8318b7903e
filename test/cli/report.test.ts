import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { Cli } from '../../lib/cli/cli.ts';
import type { Connection } from '../../lib/cli/connection.ts';
import { addGlobalOptions } from '../../lib/cli/global-options.ts';
import { reportVerbs } from '../../lib/cli/program.ts';
import { readSigningKey } from '../../lib/cli/report/signed-figures.ts';
import { ensurePartition } from '../../lib/data-access/maintain.ts';
import { refreshSummary } from '../../lib/data-access/summary.ts';
import { defaultDecisionPolicy } from '../../lib/domain/decision-clock.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { parseSenderTenants } from '../../lib/domain/sender-tenants.ts';
import { defaultStageLimits } from '../../lib/domain/stage-limits.ts';
import type { TrackedEvent } from '../../lib/domain/tracked-event.ts';
import { ingestMessages } from '../../lib/flows/ingest/ingest-messages.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { checkRequests } from '../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { databaseOfFile } from '../support/database.ts';
import { openAsRole } from '../support/role-database.ts';
import { failedEvent, trackedEvent } from '../support/tracked-event.ts';
import { connectionTo, runCli } from './run-cli.ts';

const now = new Date('2026-03-08T12:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const db = await databaseOfFile();

beforeAll(async () => {
  await ensurePartition(db.database, now);
  const request = (pagwId: string, hours: number, events: Partial<TrackedEvent>[], tenant = 'anthem') => {
    const occurredAt = hoursAgo(hours).toISOString();
    const make = ({ status, ...fields }: Partial<TrackedEvent>) =>
      status === 'FAILED'
        ? failedEvent({ pagwId, occurredAt, tenant, ...fields })
        : trackedEvent({ pagwId, occurredAt, tenant, status: status ?? 'COMPLETED', ...fields });
    return recordEvents(db.database, events.map(make), hoursAgo(hours));
  };
  const approved = {
    stage: 'RESPONSE_BUILDER',
    eventType: 'RESPONSE_OK',
    stated: { status: 'APPROVED' },
  } as const;
  await request('PAGW-A', 10, [{ durationMs: 100, metadata: { diagnosisCount: 12 } }]);
  await request('PAGW-A', 4, [approved]);
  await request('PAGW-B', 8, [{ durationMs: 300, metadata: { diagnosisCount: 3 } }]);
  await request('PAGW-B', 2, [{ ...approved, stated: { status: 'DENIED' } }]);
  await request('PAGW-C', 3, [
    {
      stage: 'API_CONNECTOR',
      status: 'FAILED',
      eventType: 'DOWNSTREAM_TIMEOUT',
      errorCode: 'API_TIMEOUT',
      durationMs: 9_000,
    },
  ]);
  await request('PAGW-D', 160, [{ eventType: 'PARSE_START', status: 'STARTED' }], 'elevance');
  await refreshSummary({ database: db.database, now, mayGoOn: () => true });
  const rules = { limits: defaultStageLimits, policy: defaultDecisionPolicy };
  await checkRequests(db.database, { rules, now });
});

/** Runs `pagw report …` as the program does; a usage error throws. */
async function report(...args: string[]) {
  const written = { out: '', err: '' };
  const connection = {
    kind: 'local',
    database: () => db.database,
    now: () => now,
    close: () => undefined,
  } as unknown as Connection;
  const cli = new Cli({
    stdin: (async function* () {})(),
    stdout: { write: (text: string) => (written.out += text) },
    stderr: { write: (text: string) => (written.err += text) },
    env: {},
    openConnection: async () => connection,
    openConsole: () => Promise.reject(new Error('No console was to be opened.')),
    stageNeeds: () => Promise.reject(new Error('No stage was to be read.')),
    signal: new AbortController().signal,
  });
  const program = new Command('pagw').exitOverride();
  const group = new Command('report');
  addGlobalOptions(program);
  for (const verb of reportVerbs) group.addCommand(verb(cli).exitOverride());
  program.addCommand(group);
  await program.parseAsync(['report', ...args], { from: 'user' });
  return { ...written, json: () => JSON.parse(written.out), exitCode: cli.exitCode };
}

describe('pagw report', () => {
  it('distribution counts by type and status, of one tenant or of all', async () => {
    const one = (await report('distribution', '--tenant', 'anthem', '-o', 'json')).json();
    expect(one.distribution).toEqual([
      {
        tenant: 'anthem',
        eventType: 'PARSE_OK',
        status: 'COMPLETED',
        eventCount: 2,
        avgDurationMs: 200,
        maxDurationMs: 300,
      },
      {
        tenant: 'anthem',
        eventType: 'RESPONSE_OK',
        status: 'COMPLETED',
        eventCount: 2,
        avgDurationMs: null,
        maxDurationMs: null,
      },
      {
        tenant: 'anthem',
        eventType: 'DOWNSTREAM_TIMEOUT',
        status: 'FAILED',
        eventCount: 1,
        avgDurationMs: 9000,
        maxDurationMs: 9000,
      },
    ]);
    const all = (await report('distribution', '--since', '7d', '-o', 'json')).json();
    expect(new Set(all.distribution.map((row: { tenant: string }) => row.tenant))).toEqual(
      new Set(['anthem', 'elevance']),
    );
  });

  it('draws bars and sparks in tables, with words and glyphs', async () => {
    const { out } = await report('distribution', '--tenant', 'anthem');
    expect(out).toMatch(/PARSE_OK +✓ COMPLETED +2 +████████████ +200 ms +300 ms/);
    const latency = await report('latency', '--tenant', 'anthem', '--since', '12h');
    expect(latency.out).toMatch(/PARSING +2 +\d+ ms +\d+ ms +300 ms +[▁-█·]+/);
  });

  it('latency gives quantiles for the whole time and for slices of it', async () => {
    const { latency } = (await report('latency', '--tenant', 'anthem', '-o', 'json')).json();
    expect(latency).toMatchObject([{ stage: 'PARSING', count: 2, maxMs: 300 }]);
    expect(latency[0].p50Ms).toBeGreaterThan(194);
    expect(latency[0].p50Ms).toBeLessThan(206);
    expect(latency[0].slices).toHaveLength(2);
  });

  it('slowest sorts by mean duration', async () => {
    const { stages } = (await report('slowest', '-o', 'json')).json();
    expect(stages).toMatchObject([
      { stage: 'PARSING', eventType: 'PARSE_OK', occurrences: 2, avgMs: 200, maxMs: 300 },
    ]);
  });

  it('errors groups by stage, code and downstream, with samples', async () => {
    const { groups } = (await report('errors', '-o', 'json')).json();
    expect(groups).toMatchObject([
      {
        tenant: 'anthem',
        stage: 'API_CONNECTOR',
        errorCode: 'API_TIMEOUT',
        failures: 1,
        openRequests: 1,
        sampleIds: ['PAGW-C'],
      },
    ]);
  });

  it('retries lists what is due', async () => {
    expect((await report('retries')).out).toMatch(
      /PAGW-C +API_CONNECTOR +1 +API_TIMEOUT +– +2h[0-9m]* ago +↻ due/,
    );
    const none = await report('retries', '--tenant', 'elevance');
    expect(none).toMatchObject({ out: '', err: 'No retry is due.\n', exitCode: 0 });
  });

  it('search finds by containment and comparison', async () => {
    const { events } = (await report('search', 'diagnosisCount>10', '-o', 'json')).json();
    expect(events).toMatchObject([{ pagwId: 'PAGW-A', metadata: { diagnosisCount: 12 } }]);
    const csv = await report('search', 'diagnosisCount=3', '--tenant', 'anthem', '-o', 'csv');
    expect(csv.out.split('\r\n')[1]).toMatch(
      /^anthem,PAGW-B,1,PARSING,PARSE_OK,COMPLETED,300,2026-03-08T04:00:00.000Z/,
    );
    await expect(report('search', 'diagnosisCount')).rejects.toThrow(/is no condition/);
  });

  it('pages with a cursor, of one tenant or of all', async () => {
    const first = (
      await report('search', 'diagnosisCount>0', '--tenant', 'anthem', '--limit', '1', '-o', 'json')
    ).json();
    expect(first.events).toMatchObject([{ pagwId: 'PAGW-B' }]);
    const second = await report(
      'search',
      'diagnosisCount>0',
      '--tenant',
      'anthem',
      '--limit',
      '1',
      '--after',
      first.next,
      '-o',
      'jsonl',
    );
    expect(JSON.parse(second.out)).toMatchObject({ pagwId: 'PAGW-A' });
    const all = await report(
      'search',
      'diagnosisCount>0',
      '--limit',
      '1',
      '--after',
      first.next,
      '-o',
      'json',
    );
    expect(all.json().events).toHaveLength(1);
  });

  it('deadlines shows what is due next', async () => {
    const { deadlines } = (await report('deadlines', '-o', 'json')).json();
    expect(deadlines).toMatchObject([
      { tenant: 'elevance', pagwId: 'PAGW-D', risk: 'urgent', stage: 'PARSING' },
    ]);
  });

  it('deadlines lists all that a board holds, with who holds it, in each format', async () => {
    const { deadlines, counts, next } = (await report('deadlines', '--board', 'PIPE', '-o', 'json')).json();
    expect(deadlines).toHaveLength(2);
    expect(deadlines[0]).toMatchObject({ tenant: 'elevance', board: 'pipe', heldBy: 'us' });
    expect([counts, next]).toMatchObject([[{ board: 'pipe', heldBy: 'us', requests: 2 }], null]);
    const { out, err } = await report('deadlines', '--board', 'pipe', '--before', '500d');
    expect(out).toMatch(/PAGW-D +elevance .* pipe +us /);
    expect(err).toMatch(/^\n2 requests due before 20\d\d-\d\d-\d\d 12:00Z:\n {2}2 in pipe, held by us\n$/);
    expect((await report('deadlines', '--board', 'pipe', '-o', 'csv')).out).toMatch(/^pagwId,tenant,plan,/);
    const held = async (...words: string[]) =>
      (await report('deadlines', ...words, '-o', 'json'))
        .json()
        .deadlines.map(({ pagwId }: { pagwId: string }) => pagwId);
    expect(await held('--held', 'US')).toHaveLength(2);
    expect(await held('--held', 'provider')).toEqual([]);
    expect(await held('--held', 'us', '--risk', 'urgent')).toEqual(['PAGW-D']);
    expect(await held('--risk', 'urgent')).toEqual(['PAGW-D']);
    expect(await held('--risk', 'breached')).toEqual([]);
    await expect(report('deadlines', '--held', 'nobody')).rejects.toThrow('No delegate of this name');
    await expect(report('deadlines', '--risk', 'some')).rejects.toThrow(/at-risk, urgent or breached/);
    await expect(report('deadlines', '--board', 'attic')).rejects.toThrow(/Give .*pipe/);
    await expect(report('deadlines', '--before', 'soon')).rejects.toThrow(/--before takes a weekday/);
  });

  it('cms tells shares and times of a year', async () => {
    const { plans, counts } = (await report('cms', '--year', '2026', '-o', 'json')).json();
    const none = { received: 0, approved: 0, denied: 0, partial: 0, approvedAfterExtension: 0, appealed: 0 };
    expect(plans.slice(0, 1)).toEqual([
      {
        plan: 'anthem',
        tenant: 'anthem',
        standard: {
          ...{
            ...none,
            received: expect.any(Number),
            approved: 1,
            denied: 1,
            appealsDecided: 0,
            approvedAfterAppeal: 0,
            inTime: 2,
          },
          ...{ meanMs: 21_600_000, medianMs: 21_600_000 },
        },
        expedited: {
          ...none,
          appealsDecided: 0,
          approvedAfterAppeal: 0,
          inTime: 0,
          meanMs: null,
          medianMs: null,
        },
        leftOut: { drugs: 0, withdrawn: 0, undecided: expect.any(Number) },
      },
    ]);
    expect(counts[0]).toMatchObject({ decided: 2, unexplained: 0 });
    expect((await report('cms', '--year', '2026')).out).toMatch(
      /1 · 50\.0 % +0 · 0\.0 % +1 · 50\.0 % .* 2 · 100\.0 % +6h +6h/,
    );
    const page = (await report('cms', '--year', '2026', '--page')).out;
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">[\s\S]*<td>1 \(50\.0 %\)<\/td>/);
    expect(page).toContain('Median time to decision</th><td>0.3 days</td>');
    expect(page).not.toContain('<script');
    const file = join(mkdtempSync(join(tmpdir(), 'pagw-')), 'evicore.json');
    writeFileSync(file, JSON.stringify({ plans: plans.slice(0, 1) }));
    const summed = (await report('cms', '--year', '2026', '--add', file, '-o', 'json')).json().plans[0];
    expect(summed.standard).toMatchObject({
      approved: 2,
      denied: 2,
      inTime: 4,
      meanMs: 21_600_000,
      medianMs: null,
    });
    writeFileSync(file, JSON.stringify({ plans: [{ plan: 'H1' }] }));
    await expect(report('cms', '--year', '2026', '--add', file)).rejects.toThrow(
      'holds no figures: plans.0.standard',
    );
    expect((await report('cms')).err).toBe('Nothing was received, decided or open in this time.\n');
  });

  it('cms takes a delegate’s file for all that the delegate has, and says whose is missing', async () => {
    const home = mkdtempSync(join(tmpdir(), 'pagw-'));
    const none = {
      ...{ received: 0, approved: 0, denied: 0, partial: 0, approvedAfterExtension: 0, appealed: 0 },
      ...{ approvedAfterAppeal: 0, inTime: 0, meanMs: null, medianMs: null },
    };
    const decided = {
      ...none,
      received: 3,
      approved: 2,
      denied: 1,
      inTime: 3,
      meanMs: 1_000,
      medianMs: 1_000,
    };
    const leftOut = { drugs: 0, withdrawn: 0, undecided: 0 };
    const plan = { plan: 'D1', standard: decided, expedited: none, leftOut };
    const file = (name: string, content: object) => {
      // As editors on Windows write it.
      writeFileSync(join(home, name), `\uFEFF${JSON.stringify(content)}`);
      return join(home, name);
    };
    const [evicore, other] = [
      file('evicore.json', { delegate: 'eviCore', year: 2025, plans: [plan] }),
      file('other.json', { plans: [{ ...plan, standard: { ...decided, approved: 1, denied: 2 } }] }),
    ];
    const cms = async (...files: string[]) => {
      const added = files.flatMap((one) => ['--add', one]);
      const { plans, incomplete } = (await report('cms', '--year', '2025', ...added, '-o', 'json')).json();
      const of = plans.find((one: { plan: string }) => one.plan === 'D1');
      return [of.standard.received, of.standard.approved, of.leftOut.undecided, incomplete.length];
    };
    const heard = (pagwId: string, delegate: string, fields: Partial<TrackedEvent> = {}) => {
      const at = new Date('2025-12-20T10:00:00Z');
      const stated = { plan: 'D1', delegate, ...fields.stated };
      const event = trackedEvent({ pagwId, occurredAt: at.toISOString(), ...fields, stated });
      return recordEvents(db.database, [event], at);
    };
    await ensurePartition(db.database, new Date('2025-12-20T10:00:00Z'));
    await heard('PAGW-D1', 'evicore');
    await heard('PAGW-D2', 'evicore');
    await heard('PAGW-D3', 'carelonrx');
    expect(await cms()).toEqual([3, 0, 3, 2]);
    expect(await cms(evicore)).toEqual([4, 2, 1, 1]);
    expect(await cms(evicore, other)).toEqual([6, 3, 0, 0]);
    expect(await cms(other)).toEqual([6, 1, 3, 2]);
    for (const [files, sentence] of [
      [[evicore, evicore], 'both hold the figures of eviCore'],
      [[other, other], 'holds the same figures as'],
      [[file('year.json', { year: 2024, plans: [plan] })], 'holds the figures of 2024, not of 2025'],
      [[file('none.json', { delegate: 'evicore', plans: [] })], 'holds no figures: plans'],
      [[file('blank.json', { plans: [{ ...plan, plan: ' ' }] })], 'holds no figures: plans.0.plan'],
      [[file('twice.json', { plans: [plan, { ...plan, plan: 'd1' }] })], 'holds plan d1 twice'],
      [
        [file('sum.json', { plans: [{ ...plan, standard: { ...decided, decided: 4 } }] })],
        'approved, denied and partial are 3, decided is 4',
      ],
      [[file('late.json', { plans: [{ ...plan, standard: { ...decided, inTime: 4 } }] })], 'inTime is 4'],
      [[file('mean.json', { plans: [{ ...plan, standard: { ...decided, meanMs: null } }] })], 'no meanMs'],
      [
        [file('comma.json', { plans: [{ ...plan, standard: { ...decided, meanMs: '1,5' } }] })],
        'plans.0.standard.meanMs: ',
      ],
    ] as const)
      await expect(cms(...files)).rejects.toThrow(sentence);
  });

  it('cms shows below its shares that each request is counted once, and takes a year or a time', async () => {
    const { out, err } = await report('cms', '--year', '2026', '--partial-as', 'denied');
    expect(out).toMatch(/^PLAN .* APPROVED +DENIED +EXTENDED/);
    expect(out).toMatch(/\n\nPLAN .* RECEIVED +\+ CARRIED IN +\n?= DECIDED/);
    expect(err).toMatch(/Received \+ carried in = decided/);
    const lines = (await report('cms', '--since', '2026-01-01', '-o', 'jsonl')).out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).plan)).toContain('anthem');
    await expect(report('cms', '--year', '2026', '--since', '7d')).rejects.toThrow(/says the time already/);
  });

  it('timeline places events in time; an unknown request is an error of its own', async () => {
    expect((await report('timeline', 'PAGW-A')).out).toMatch(
      /1 +02:00:00\.000 +PARSING +PARSE_OK +✓ COMPLETED +100 ms +▇·+/,
    );
    await expect(report('timeline', 'PAGW-NONE')).rejects.toMatchObject({
      code: 'REQUEST_NOT_FOUND',
      exitCode: 5,
    });
  });

  it('refuses options that a verb does not honour', async () => {
    await expect(report('retries', '--since', '7d')).rejects.toThrow(/does not take --since/);
  });
});

describe('pagw report flow', () => {
  it('gives edges, end-to-end times and variants in the shape that scripts read', async () => {
    const { json } = await report('flow', '--tenant', 'anthem', '-o', 'json');
    expect(json()).toMatchObject({
      edges: [
        {
          ...{
            from: 'PARSING',
            to: 'RESPONSE_BUILDER',
            count: 2,
            medianWaitMs: 21_600_000,
            p95WaitMs: 21_600_000,
          },
          ...{ maxWaitMs: 21_600_000, failedShare: 0, wentBackShare: 0, clampedCount: 0 },
        },
      ],
      endToEnd: { toAnswer: { count: 2, p50Ms: 21_600_000 }, toDecision: { count: 2, p95Ms: 21_600_000 } },
      variants: [
        { path: ['PARSING', 'RESPONSE_BUILDER'], count: 2, share: 2 / 3, openCount: 0 },
        { path: ['API_CONNECTOR'], count: 1, openCount: 1 },
      ],
    });
  });

  it('prints the three parts as tables, and one of them as CSV or JSON lines', async () => {
    const { out } = await report('flow');
    expect(out).toMatch(/Hand-overs\nFROM .*\nPARSING +RESPONSE_BUILDER +2 +6h/);
    expect(out).toMatch(/From receipt\n[\s\S]*Paths\n[\s\S]*PARSING → RESPONSE_BUILDER/);
    expect((await report('flow', '-o', 'csv')).out).toMatch(/^from,to,count,/);
    const lines = (await report('flow', '-o', 'jsonl', '--part', 'variants')).out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).count)).toEqual([2, 1]);
    await expect(report('flow', '-o', 'json', '--part', 'edges')).rejects.toMatchObject({ exitCode: 64 });
  });

  it('narrows by tenant, span, type and priority, and refuses names that exist nowhere', async () => {
    expect(
      (await report('flow', '--tenant', 'elevance', '--since', '30d', '-o', 'json')).json().edges,
    ).toEqual([]);
    const expedited = await report('flow', '--priority', 'expedited', '-o', 'json');
    expect(expedited.json()).toMatchObject({
      edges: [],
      variants: [],
      endToEnd: { toAnswer: { count: 0, p50Ms: null } },
    });
    await expect(report('flow', '--priority', 'soon')).rejects.toThrow(/standard or expedited/);
    await expect(report('flow', '--tenant', 'nobody')).rejects.toThrow('No tenant of this name is known.');
  });
});

describe('figures that are frozen', () => {
  const home = mkdtempSync(join(tmpdir(), 'pagw-key-'));
  const own = join(home, 'pagw', 'signing-key.pem');
  const pagw = (line: string, kind: Connection['kind'] = 'local') =>
    runCli(line.split(' '), {
      connection: connectionTo(db, now, { kind }),
      env: { USER: 'ann', XDG_CONFIG_HOME: home },
      answer: 'y',
    });
  const file = (name: string, text: string | Buffer, mode = 0o600) => {
    const path = join(home, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };
  const pem = (type: 'ed25519' | 'x25519') =>
    generateKeyPairSync(type as 'ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });

  it('are signed by a key of the person’s own, which is made once and read by nobody else', async () => {
    const { code, stderr } = await pagw('report cms --freeze 2026 --reason published -y');
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/Frozen by ann: .* signed by key [0-9a-f]{16}\.$/m),
    ]);
    expect(statSync(own).mode & 0o777).toBe(0o600);
    const first = readFileSync(own, 'utf8');
    await pagw('report cms --freeze 2026 --reason corrected -y');
    expect(readFileSync(own, 'utf8')).toBe(first);
    expect((await pagw('report cms --year 2026')).stderr).toMatch(/Frozen by ann .* signed by key/);
    expect(readdirSync(dirname(own))).toEqual(['signing-key.pem']);
  });

  it('of a year that is not over are said to be so, before and after', async () => {
    const words = 'report cms --freeze 2026 --reason early'.split(' ');
    const env = { USER: 'ann', XDG_CONFIG_HOME: home };
    const { stderr } = await runCli(words, { connection: connectionTo(db, now), env });
    expect(stderr).toContain('Freeze the figures of 2026, which is not over, on');
    expect((await pagw('report cms --year 2026')).stderr).toContain(
      '2026 is not over: its figures will change.',
    );
    expect((await pagw('report cms --year 2025')).stderr).not.toContain('not over');
  });

  it('are not frozen where the person’s key cannot be kept', () => {
    expect(() => readSigningKey(undefined, 'local', { XDG_CONFIG_HOME: own })).toThrow(
      /^The signing key .* cannot be written: ENOTDIR\.$/,
    );
  });

  it('are known to be what was signed, and by whom, wherever their file went', async () => {
    const { stdout } = await pagw('report cms --year 2026 -o json');
    const published = file('2026.json', stdout);
    const offline = (line: string) => runCli(line.split(' '));
    expect(await offline(`report cms --verify ${published} --key ${own}`)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /^The figures of 2026, frozen by ann at .*, are as key [0-9a-f]{16} signed them: all that stands under “frozen” but its changes\. .* is not signed\.\n$/,
      ),
    });
    expect((await offline(`report cms --verify ${published}`)).stderr).toContain('Whose key that is');
    const other = file('other.pem', pem('ed25519'));
    expect(await offline(`report cms --verify ${published} --key ${other}`)).toMatchObject({
      code: 10,
      stderr: expect.stringContaining('which is not that of'),
    });
    const { frozen, ...rest } = JSON.parse(stdout);
    const figures = frozen.figures.replace('"denied":1', '"denied":0');
    const { plans, counts } = rest;
    const forgeries = [
      ...[{ year: 2025 }, { tenant: 'anthem' }, { by: 'kim' }, { reason: 'published' }, { figures }],
      ...[
        { at: '2026-03-08T12:00:01.000Z' },
        { signature: frozen.signature.replace(/^./, '+') },
        { plans: [] },
      ],
      { figures, digest: createHash('sha256').update(figures).digest('hex') },
      {
        publicKey: generateKeyPairSync('ed25519')
          .publicKey.export({ format: 'der', type: 'spki' })
          .toString('base64'),
      },
      { publicKey: 'none' },
    ];
    expect(figures).not.toBe(frozen.figures);
    for (const forged of forgeries) {
      const path = file('forged.json', JSON.stringify({ plans, counts, frozen: { ...frozen, ...forged } }));
      const { code, stderr } = await offline(`report cms --verify ${path}`);
      expect([code, stderr], JSON.stringify(forged)).toEqual([
        10,
        expect.stringContaining('is not what was signed'),
      ]);
    }
    for (const text of ['{', '{}', JSON.stringify({ frozen: { ...frozen, at: 'soon' } })])
      expect((await offline(`report cms --verify ${file('none.json', text)}`)).code).toBe(64);
  });

  it.each<[string, () => string, string]>([
    ['none, on a deployed tracker', () => '', '--key FILE or PAGW_SIGNING_KEY is missing'],
    [
      'one that others may read',
      () => ` --key ${file('open.pem', pem('ed25519'), 0o644)}`,
      'Others may read',
    ],
    ['one of another sort', () => ` --key ${file('x.pem', pem('x25519'))}`, 'holds no Ed25519 key'],
    ['a file that is none', () => ` --key ${file('text.pem', 'text')}`, 'holds no Ed25519 key'],
    ['a file that is not there', () => ` --key ${join(home, 'nowhere')}`, 'holds no Ed25519 key'],
  ])('are not frozen by %s', async (_, key, sentence) => {
    const { code, stderr } = await pagw(`report cms --freeze 2026 --reason why -y${key()}`, 'deployed');
    expect([code, stderr]).toEqual([64, expect.stringContaining(sentence)]);
  });

  it('name the tenant too where two have a plan of one name, and nowhere else', async () => {
    const asked = (tenant: string) =>
      trackedEvent({
        tenant,
        pagwId: `PAGW-H9-${tenant}`,
        stated: { plan: tenant === 'anthem' ? 'H9' : 'h9' },
      });
    await recordEvents(db.database, ['anthem', 'carelon'].map(asked), hoursAgo(1));
    const { stdout, stderr } = await pagw('report cms --year 2026');
    for (const part of stdout.split('Reconciliation'))
      expect(part).toMatch(/^H9 \(anthem\) [\s\S]*^h9 \(carelon\) /m);
    expect(stdout).toMatch(/^anthem +STANDARD/m);
    expect(stderr).toMatch(/^ {2}h9 \(carelon\) STANDARD received: 0 → 1$/m);
    const page = (await pagw('report cms --year 2026 --page')).stdout;
    expect(page).toContain('<caption>H9 (anthem)</caption>');
    expect(page).toContain('<caption>h9 (carelon)</caption>');
    expect(page).toContain('<li>h9 (carelon) STANDARD received: 0 → 1</li>');
    expect((await pagw('report cms --year 2026 --tenant carelon')).stdout).toMatch(/^h9 +STANDARD/m);
    const lines = (await pagw('report cms --year 2026 -o jsonl')).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ plan: 'h9', tenant: 'carelon' }),
    );
  });
});

describe('names near a known one', () => {
  const sent = (messageId: string, events: object[], sender: string | null = 'AROAPARSER:pod-1') => ({
    ...{ messageId, groupId: messageId, sender, sentAt: hoursAgo(1) },
    body: JSON.stringify(events.map((event) => ({ pagwId: 'PAGW-TYPO', tenant: 'carelon', ...event }))),
  });

  it('are counted by sender where they were recorded, each delivery once', async () => {
    const writer = await openAsRole(db, 'pagw_writer');
    const deliver = (...messages: ReturnType<typeof sent>[]) =>
      ingestMessages(messages, {
        database: writer.database,
        quarantine: { setAside: async () => undefined },
        rules: { retryPolicy: defaultRetryPolicy, jitter: () => 0 },
        senders: parseSenderTenants(undefined),
        now: hoursAgo(1),
      });
    const misspelt = sent('t-1', [
      { eventType: 'PARSE_OKAY', serviceName: 'parser' },
      { eventType: 'PARSE_OKAY', serviceName: 'parser', eventId: 'typo-2' },
      { eventType: 'PARSE_OK', stage: 'PARSNG', errorcode: 'x', eventId: 'typo-3' },
    ]);
    try {
      await deliver(misspelt);
      await deliver(
        misspelt,
        // Names of somebody's own, and what may be about a person, are nobody's typing errors.
        sent('t-2', [{ eventType: 'BADGE_PRINTED', favouriteColour: 'x', 'Jane Roe': 'x' }], null),
        sent('t-3', [{ pagwId: undefined, eventType: 'PARSE_OKAY' }, { eventType: 'PARSE_OKAY' }], null),
      );
    } finally {
      await writer.close();
    }
    const { names } = (await report('doubtful-names', '-o', 'json')).json();
    const named = { tenant: 'carelon', sender: 'AROAPARSER:pod-1' };
    expect(names).toEqual(
      [
        { ...named, serviceName: 'parser', path: '/eventType', didYouMean: 'PARSE_OK', events: 2 },
        { ...named, serviceName: null, path: '/errorcode', didYouMean: 'errorCode', events: 1 },
        { ...named, serviceName: null, path: '/stage', didYouMean: 'PARSING', events: 1 },
        { ...named, sender: null, serviceName: null, path: '/eventType', didYouMean: 'PARSE_OK', events: 1 },
      ].map((row) => expect.objectContaining(row)),
    );
    const { err } = await report('doubtful-names', '--tenant', 'anthem');
    expect(err).toContain('Every name and value of this time is understood');
  });
});
