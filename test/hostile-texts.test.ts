import { describe, expect, it, vi } from 'vitest';
import { csvLine } from '../lib/cli/output/print-list.ts';
import { type IncidentReport, incidentText } from '../lib/domain/incident-text.ts';
import { pagwCommand, printable, printableJson } from '../lib/domain/printable-text.ts';
import { eventElement, traceBegin } from '../lib/flows/export/event-log.ts';
import { dimensionValue, openLogger } from '../lib/runtime/telemetry.ts';
import { DataText } from '../lib/views/parts/data-text.tsx';
import { readText, sanitiseHtml } from './support/sanitise-html.ts';

/** What producers may write into names, codes and ids, by what it attacks. */
const HOSTILE: Readonly<Record<string, string>> = {
  markup: `"><script>alert(1)</script><img src=x onerror='x'>`,
  'an entity': '&#60;b&#62;&lt;',
  'an end of CDATA': ']]><x/><!--',
  'escape sequences': '\u001b[2J\u001b]0;owned\u0007\u009b31m',
  'line breaks': 'one\r\ntwo\nDo: rm -rf /\u0085three',
  'separators of lines': 'one\u2028two\u2029three',
  'turned directions': 'safe\u202egpj.exe\u2066x\u2069\u200f',
  'unseen characters': 'a\u200bb\u00adc\ufeffd\u{e0041}',
  'halves of pairs': 'x\ud800y\udc00',
  'no characters': 'a\ufffeb\uffffc',
  'NUL and backspace': 'a\u0000b\b\b\u007f',
  'a formula': '=HYPERLINK("http://x","y")',
  'a formula behind blanks': ' \t@SUM(1+1)',
  'a formula behind a semicolon': 'a;=1+1',
  'a formula behind a semicolon and blanks': 'a; \u00a0"=1+1',
  'a formula in wide signs': '＝1+1',
  'a formula in small signs': '﹦1+1',
  'a shell': `$(touch x)\`touch y\`;touch z|& "'\\`,
  'an option': '--stack=evil',
  'a quote that ends JSON': '","level":"ERROR',
  'a colon first': ':tenant',
  blanks: '   ',
  'a long text': `${'é<'.repeat(3_000)}\n`,
};

/** What a terminal, a mail or a viewer obeys. */
const commanding = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\u{fe00}-\u{fe0f}]]/v;
const at = new Date('2026-03-02T03:10:00Z');

const report = (text: string): IncidentReport => ({
  ...{ key: text, kind: 'reminder', level: 'page', tenant: text, stage: text, reason: 'retries-exhausted' },
  ...{ errorCode: text, targetSystem: text, count: 41, awaited: 0, stageCount: 47, peakCount: 41 },
  ...{ tenants: [{ tenant: text, count: 41 }], openedAt: at, oldestSince: at, maxAttempt: 5, atRisk: 0 },
  ...{ breached: 0, nextDueAt: null, trendCount: 35, trendAt: at },
  pause: { pausedBy: text, pausedAt: at, reason: text },
});

describe.each(Object.entries(HOSTILE))('of a producer: %s', (_, text) => {
  it('is text in a page, and shows what it hides', () => {
    const markup = String(DataText({ value: text, most: 100_000 }));
    expect(sanitiseHtml(markup)).toBe(markup);
    expect(markup).not.toMatch(commanding);
    expect(readText(markup.slice('<bdi>'.length, -'</bdi>'.length))).toBe(
      printable(text).replace(/[\ufffe\uffff]/g, '\ufffd'),
    );
  });

  it('is one short line of ASCII in the subject of a notification, and no line of its own in the text', () => {
    const { subject, body } = incidentText(report(text), at, {
      runbookUrl: 'https://example.org/',
      tracker: '--stack x',
    });
    expect(subject).toMatch(/^\[[\x20-\x7e]{1,98}$/);
    expect(body.split('\n')).toHaveLength(4);
    expect(body.replaceAll('\n', '')).not.toMatch(commanding);
  });

  it('is a dimension that CloudWatch keeps', () => {
    expect(dimensionValue(text)).toMatch(/^(?!:)(?=.*[^ ])[\x20-\x7e]{1,1024}$/);
  });

  it('is one attribute in an event log', () => {
    const request = { pagwId: text, tenant: text, requestType: text, priority: text, status: text };
    const days = { receivedAt: at, completedAt: null, decidedAt: null, receivedOn: '2026-03-02' };
    const names = {
      stage: text,
      status: text,
      workerId: text,
      serviceName: text,
      eventType: text,
      eventId: text,
    };
    const numbers = {
      occurredAt: at,
      createdAt: at,
      sequenceNo: 1,
      attempt: 1,
      durationMs: 1,
      errorCode: text,
    };
    const xml =
      traceBegin({ ...request, ...days, lastSequenceNo: 1, retiredAt: null, isArchived: false }) +
      eventElement({ ...names, ...numbers } as Parameters<typeof eventElement>[0]);
    expect(xml.replaceAll('\n', '')).not.toMatch(commanding);
    // With its attributes taken out, nothing is left but the skeleton.
    const attribute =
      /<(?:string|date|int) key="[\w:]+" value="(?:[^"&<>\ufffe\uffff]|&(?:amp|lt|gt|quot);)*"\/>/g;
    expect(xml.replace(attribute, '').replace(/\s+/g, '')).toBe('<trace><event></event>');
  });

  it('is one cell in CSV, and no formula', () => {
    const line = csvLine([text, 'next']);
    expect(line).toMatch(/,next\r\n$/);
    expect(line.slice(0, -2)).not.toMatch(commanding);
    expect(line).not.toMatch(/^"?\s*[=+@＝＋－＠﹦-]|;[\p{Zs}"]*[=+@]/u);
  });

  it('is one line in JSON and in a log, and reads back', () => {
    const json = printableJson({ text });
    expect(json).not.toMatch(commanding);
    expect(JSON.parse(json)).toEqual({ text });
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    openLogger('ingest').info('recorded', { stage: text });
    const lines = written.mock.calls.map(([chunk]) => String(chunk)).join('');
    written.mockRestore();
    expect(lines.trimEnd()).not.toContain('\n');
    expect(JSON.parse(lines)).toMatchObject({
      level: 'INFO',
      stage: text.toWellFormed() === text ? text : expect.anything(),
    });
  });

  it('is one word of a printed command', () => {
    const command = pagwCommand('incident show', [text], { tenant: text });
    expect(command).not.toMatch(commanding);
  });
});
