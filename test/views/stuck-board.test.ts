import { describe, expect, it } from 'vitest';
import { consoleLinks } from '../../lib/local/console/console-page.tsx';
import { StuckBoard, type StuckBoardData } from '../../lib/views/pages/stuck.tsx';
import { sanitiseHtml } from '../support/sanitise-html.ts';
import {
  ago,
  hostile,
  hostileTexts,
  stuckGroup,
  stuckGroups,
  viewContext,
} from '../support/view-fixtures.ts';
import { textOf } from '../support/view-text.ts';

const noFilter = { stage: null, reason: null, error: null, target: null, risk: null };
const check = { checkedAt: ago(40), heldBackSince: null, laggingSince: null, lagSeconds: 0 };

function draw(data: Partial<StuckBoardData> = {}): string {
  const whole = {
    filter: noFilter,
    stuck: stuckGroups(),
    page: 1,
    requests: null,
    check,
    pauses: [],
    awaited: 0,
    owner: null,
    ...data,
  };
  return String(StuckBoard({ data: whole, context: viewContext() }));
}

describe('the stuck board', () => {
  it('tells count, stage, cause, downstream, oldest, deadline, what happens by itself, and samples', () => {
    const html = draw({
      stuck: stuckGroups(
        stuckGroup({
          reason: 'retries-exhausted',
          errorCode: 'API_TIMEOUT',
          targetSystem: 'carelon',
          count: 41,
          atRisk: 2,
          nextDueAt: ago(-7_200),
          sampleIds: ['PAGW-A', 'PAGW-B', 'PAGW-C'],
        }),
      ),
    });
    for (const part of [
      '41',
      'API_CONNECTOR',
      'failed, and its retries are used up',
      'API_TIMEOUT',
      'carelon',
      '1h',
      'anthem',
    ])
      expect(textOf(html)).toContain(part);
    expect(textOf(html)).toContain('2 at risk, 2h left');
    expect(textOf(html)).toContain('retry it by hand');
    expect(textOf(html)).toContain('PAGW-B PAGW-C all 41');
  });

  it('shows 500 groups a hundred at a time, by cause and stage, on pages of a sane size', () => {
    const groups = Array.from({ length: 500 }, (_, place) =>
      stuckGroup({
        count: 500 - place,
        stage: place % 2 === 0 ? 'PARSING' : 'API_CONNECTOR',
        reason: place % 3 === 0 ? 'failed' : 'no-result',
        errorCode: `ERROR_${place}`,
        sampleIds: ['A', 'B', 'C'].map((end) => `PAGW-20251226-00005-${place}${end}`),
      }),
    );
    const pages = [1, 2, 5, 9].map((page) => {
      const whole = {
        filter: noFilter,
        stuck: stuckGroups(...groups),
        requests: null,
        check,
        pauses: [],
        awaited: 0,
        owner: null,
      };
      const limits = { groups: 500, requests: 200, events: 1_000 };
      return String(
        StuckBoard({ data: { ...whole, page }, context: viewContext({ links: consoleLinks, limits }) }),
      );
    });
    const codes = pages.map((html) => html.match(/ERROR_\d+</g) ?? []);
    expect(codes.map((found) => found.length)).toEqual([100, 100, 100, 100]);
    expect(codes.map(([first]) => first)).toEqual(['ERROR_0<', 'ERROR_100<', 'ERROR_400<', 'ERROR_400<']);
    for (const html of pages) expect(Buffer.byteLength(html)).toBeLessThan(250_000);
    expect(pages[1]).toContain('href="/stuck?page=3"');
    expect(pages[0]).toContain('href="/stuck?reason=no-result"');
    expect(pages[0]).toContain('href="/stuck?stage=PARSING"');
    expect(pages[2]).not.toContain('Smaller ones');
  });

  it('leads from the count to the group and from a sample to its request', () => {
    const html = draw({ stuck: stuckGroups(stuckGroup({ sampleIds: ['PAGW-A'] })) });
    expect(html).toContain(
      '{"view":"stuck","tenant":"anthem","stage":"API_CONNECTOR","reason":"no-result","error":"-","target":"-"}',
    );
    expect(html).toContain('{"view":"request","id":"PAGW-A"}');
  });

  it('says that nothing is stuck and how fresh that is', () => {
    expect(textOf(draw())).toContain('No stuck requests; checked 40s ago.');
  });

  it.each([
    ['the detector never ran', undefined, 'No run of the stuck detector so far'],
    ['the detector stopped', { ...check, checkedAt: ago(7_200) }, 'the detector last ran 2h ago'],
    ['ingest lags', { ...check, heldBackSince: ago(600), lagSeconds: 420 }, 'Ingest is 7m behind'],
  ])('is cautious when %s', (_, lastCheck, words) => {
    expect(textOf(draw({ check: lastCheck }))).toContain(words);
  });

  it('shows the largest of 500 groups and says so, well below the answer limit of a widget, whatever they are called', () => {
    const groups = Array.from({ length: 500 }, (_, position) =>
      stuckGroup({
        count: 500 - position,
        tenant: hostile(position),
        stage: hostile(position + 1),
        errorCode: hostile(position + 2),
        targetSystem: hostile(position + 3),
        sampleIds: [hostile(position), hostile(position + 4), 'PAGW-1'],
      }),
    );
    const html = draw({ stuck: stuckGroups(...groups) });
    expect(textOf(html)).toContain('Page 1 of 5');
    expect(textOf(html)).toContain('125,250 requests in 500 groups');
    expect(sanitiseHtml(html)).toBe(html);
  });

  it('counts what the answer has no room for, and goes on with the requests of a group', () => {
    const some = { ...stuckGroups(stuckGroup({ count: 3 })), total: 1_234, groupCount: 1_100 };
    expect(textOf(draw({ stuck: some }))).toContain('1,234 requests in 1,100 groups');
    expect(textOf(draw({ stuck: some }))).toContain('The 1 largest of 1,100 groups');
    const filter = { ...noFilter, stage: 'API_CONNECTOR' };
    const html = draw({ filter, stuck: some, requests: { rows: [], next: 'POSITION' } });
    expect(html).toContain('{"view":"stuck","stage":"API_CONNECTOR","after":"POSITION"}');
  });

  it('stays below the limit with values as long as the columns allow', () => {
    const longest = (letter: string, length: number) => letter.repeat(length);
    const groups = Array.from({ length: 500 }, () =>
      stuckGroup({
        tenant: longest('<', 64),
        stage: longest('&', 64),
        errorCode: longest('"', 64),
        targetSystem: longest('>', 64),
        sampleIds: [longest('<', 64), longest('"', 64), longest('&', 64)],
      }),
    );
    expect(Buffer.byteLength(draw({ stuck: stuckGroups(...groups) }))).toBeLessThan(700_000);
  });

  it.each(hostileTexts.map((text) => [text.slice(0, 20), text]))('keeps %j a text', (_, text) => {
    const html = draw({
      filter: { ...noFilter, stage: text, reason: text, error: text, target: text },
      stuck: stuckGroups(stuckGroup({ stage: text, errorCode: text })),
    });
    expect(sanitiseHtml(html)).toBe(html);
    expect(html).not.toMatch(/<(script|img|iframe)/);
    expect(textOf(html).length).toBeLessThan(5_000);
  });

  it('says of a group that was chosen what to do, who owns it, and by whom it is paused', () => {
    const group = stuckGroup({ reason: 'retries-exhausted', targetSystem: 'carelon' });
    const owner = { stage: 'API_CONNECTOR', serviceName: 'pasapiconnector', workerId: 'pod-1', at: ago(600) };
    const requests = { rows: [], next: null };
    const chosen = {
      filter: { ...noFilter, stage: 'API_CONNECTOR' },
      stuck: stuckGroups(group),
      ...{ requests, owner },
    };
    const text = (data: Partial<StuckBoardData>) => textOf(draw({ ...chosen, ...data }));
    for (const part of [
      'Pause, fix the cause at API_CONNECTOR',
      'pasapiconnector (pod-1), last heard of 10m ago',
      'retries-exhausted',
      'pagw retry pause --tenant anthem --stage API_CONNECTOR --downstream carelon --reason WHY',
    ])
      expect(text({})).toContain(part);
    const pause = {
      ...{ tenant: null, stage: null, downstream: 'carelon' },
      ...{ pausedBy: 'maria', pausedAt: ago(60), reason: 'carelon is down' },
    };
    expect(text({ pauses: [pause] })).toContain('paused by maria, 1m ago, because carelon is down');
    expect(text({ pauses: [pause] })).toContain('Retries are held back. Resume');
    expect(text({ pauses: [{ ...pause, downstream: 'other' }] })).not.toContain('held back');
    expect(text({ awaited: 6 })).toContain('6 more requests were sent again, or will be by a planned retry');
  });
});
