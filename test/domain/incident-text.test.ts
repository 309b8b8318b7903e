import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type IncidentReport, incidentText } from '../../lib/domain/incident-text.ts';
import { stuckReasons } from '../../lib/domain/words.ts';

const now = new Date('2026-03-02T03:10:00Z');
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const runbookUrl = 'https://example.org/runbook';

function report(given: Partial<IncidentReport> = {}): IncidentReport {
  const { tenant = 'anthem', count = 41 } = given;
  return {
    tenants: [{ tenant, count }],
    key: 'stuck/anthem/API_CONNECTOR/9f2c41aa',
    kind: 'reminder',
    level: 'page',
    tenant,
    stage: 'API_CONNECTOR',
    reason: 'retries-exhausted',
    errorCode: 'API_TIMEOUT',
    targetSystem: 'carelon',
    count,
    awaited: 0,
    stageCount: 47,
    peakCount: 41,
    openedAt: ago(119),
    oldestSince: ago(134),
    maxAttempt: 5,
    atRisk: 2,
    breached: 0,
    nextDueAt: ago(-310),
    trendCount: 35,
    trendAt: ago(10),
    ...given,
  };
}

describe('a notification', () => {
  it('says what, how many, why, since when, what happens by itself, what is at risk, and what to do', () => {
    const { subject, body } = incidentText(report(), now, { runbookUrl });
    expect(subject).toBe('[PAGE] anthem - API_CONNECTOR - 41 stuck');
    expect(body.split('\n')).toEqual([
      '[PAGE] anthem · API_CONNECTOR · 41 stuck (oldest 2h14m)',
      'Cause: API_TIMEOUT from carelon; failed, and its retries are used up (41 of 47). Began 00:56Z. Still open. Growing +6 in 10m.',
      'Automatic: none; all 5 attempts are used up.     Deadline: 2 at risk, the first breaches in 5h10m.',
      'Do: Pause, fix the cause at API_CONNECTOR, resume; then retry this group. pagw retry pause --tenant anthem --stage API_CONNECTOR --downstream carelon --reason WHY     Runbook: https://example.org/runbook#retries-exhausted     Incident: pagw incident show stuck/anthem/API_CONNECTOR/9f2c41aa',
    ]);
  });

  it('of the end says for how long, and asks for nothing', () => {
    const { subject, body } = incidentText(report({ kind: 'closed', count: 0 }), now);
    expect(subject).toBe('[OVER] anthem - API_CONNECTOR - no longer stuck');
    expect(body.split('\n')).toEqual([
      '[OVER] anthem · API_CONNECTOR · no longer stuck, after 1h59m (at most 41)',
      'Cause: API_TIMEOUT from carelon; failed, and its retries are used up. Began 00:56Z. Over.',
      'Incident: pagw incident show stuck/anthem/API_CONNECTOR/9f2c41aa',
    ]);
  });

  it('says since when a retry is awaited', () => {
    const { body } = incidentText(
      report({ reason: 'retry-overdue', maxAttempt: 2, oldestSince: ago(12), atRisk: 0 }),
      now,
    );
    expect(body).toContain('\nAutomatic: retry was due 02:58Z, attempt 2; not heard of since.\n');
  });

  it('of one cause at many tenants names them, and holds back what they have in common', () => {
    const tenants = Array.from({ length: 45 }, (_, place) => ({
      tenant: `plan-${place}`,
      count: 45 - place,
    }));
    const { subject, body } = incidentText(report({ tenants, count: 504, stageCount: 520 }), now, {
      runbookUrl,
    });
    const lines = body.split('\n');
    expect(subject).toBe('[PAGE] 45 tenants - API_CONNECTOR - 504 stuck');
    expect(lines[0]).toBe('[PAGE] 45 tenants · API_CONNECTOR · 504 stuck (oldest 2h14m)');
    expect(lines[1]).toContain('(504 of 520)');
    expect(lines[2]).toMatch(/^Tenants: plan-0 45, plan-1 44, .*, plan-39 6 and 5 more$/);
    expect(lines[4]).toContain('pagw retry pause --stage API_CONNECTOR --downstream carelon --reason WHY');
    const over = incidentText(report({ kind: 'closed', tenants: tenants.slice(0, 2), count: 0 }), now);
    expect(over.subject).toBe('[OVER] 2 tenants - API_CONNECTOR - no longer stuck');
    expect(over.body).toContain('Tenants: plan-0, plan-1\n');
  });

  it('runs nothing of a producer when its command is pasted', () => {
    const tenant = 'x; touch ./pwned #';
    const key = `stuck/${tenant}/API_CONNECTOR/9f2c41aa`;
    const { body } = incidentText(report({ tenant, key }), now);
    expect(body).toContain(
      "pagw retry pause --tenant 'x; touch ./pwned #' --stage API_CONNECTOR --downstream carelon --reason",
    );
    expect(body).toContain("Incident: pagw incident show 'stuck/x; touch ./pwned #/API_CONNECTOR/9f2c41aa'");
  });

  it('has four lines, whatever the names', () => {
    const hostile = 'a\r\nDo: rm -rf\u2028b\u202ec\u001b[0m';
    const names = {
      tenant: hostile,
      stage: hostile,
      errorCode: hostile,
      targetSystem: hostile,
      key: hostile,
    };
    const { subject, body } = incidentText(report(names), now);
    expect(body.split('\n')).toHaveLength(4);
    expect(body.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
  });

  it('has a subject that SNS takes, whatever the names', () => {
    const { subject } = incidentText(report({ tenant: `ünbound${'x'.repeat(80)}` }), now);
    expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
  });

  it('says by whom, since when and why its retries are paused', () => {
    const pause = { pausedBy: 'maria', pausedAt: ago(60), reason: 'carelon is down' };
    expect(incidentText(report({ pause }), now, { runbookUrl }).body).toContain(
      'Automatic: retries are paused by maria since 02:10Z because carelon is down.',
    );
  });

  it('tells what was retried apart from what is stuck', () => {
    const { subject, body } = incidentText(report({ awaited: 30 }), now, { runbookUrl });
    expect(subject).toContain('11 stuck');
    expect(body).toContain('11 stuck (oldest 2h14m), 30 with a retry sent or planned, outcome awaited');
  });

  it.each<[Partial<IncidentReport>, string]>([
    [{}, 'pagw retry pause --tenant anthem --stage API_CONNECTOR --downstream carelon --reason WHY'],
    [
      { reason: 'retry-overdue' },
      'pagw retry batch --tenant anthem --stage API_CONNECTOR --error-code API_TIMEOUT --downstream carelon --dry-run',
    ],
    [{ reason: 'failed' }, 'pagw stuck --tenant anthem --stage API_CONNECTOR'],
    [
      { reason: 'no-result', errorCode: null, targetSystem: null },
      'pagw retry pause --tenant anthem --stage API_CONNECTOR --reason WHY',
    ],
    ...(['no-result', 'hand-off-lost'] as const).flatMap((reason): [Partial<IncidentReport>, string][] => [
      [{ reason }, `pagw stuck --tenant anthem --stage API_CONNECTOR --reason ${reason}`],
      [{ reason }, 'Then: pagw request resend ID --reason WHY'],
    ]),
    [{ reason: 'no-result' }, 'Incident: pagw incident show stuck/anthem/API_CONNECTOR/9f2c41aa'],
    [{ stage: 'OTHER', errorCode: null, targetSystem: null }, 'Do: pagw stuck --tenant anthem'],
    [{ awaited: 41 }, 'Do: pagw incident show stuck/anthem/API_CONNECTOR/9f2c41aa'],
    [{ pause: { pausedBy: 'maria', pausedAt: ago(60), reason: 'carelon is down' } }, 'pagw retry pauses'],
  ])('of %j names its command, and the tracker where it is not found by itself', (given, command) => {
    const doOf = (tracker?: string) => incidentText(report(given), now, { tracker }).body.split('     ');
    expect(doOf().some((part) => part.endsWith(command))).toBe(true);
    const deployed = `${command} --stack 'a stack'`;
    expect(doOf("--stack 'a stack'").some((part) => part.endsWith(deployed))).toBe(true);
  });

  it('tells in its command nothing that it masks in its cause', () => {
    const named: Partial<IncidentReport> = { reason: 'retry-overdue', targetSystem: 'jane.doe@example.org' };
    const { body } = incidentText(report(named), now);
    expect(body).not.toContain('jane.doe');
    expect(body).toContain('pagw incident show stuck/anthem/API_CONNECTOR/9f2c41aa');
  });

  it.each(stuckReasons)('of %s leads to a section that docs/runbook.md has', (reason) => {
    const { body } = incidentText(report({ reason }), now, { runbookUrl });
    const [, section] = /Runbook: https:\/\/example\.org\/runbook#(\S+)/.exec(body) ?? [];
    expect(readFileSync('docs/runbook.md', 'utf8').split('\n')).toContain(`## ${section}`);
  });
});
