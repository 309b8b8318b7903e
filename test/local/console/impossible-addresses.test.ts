import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertRejectedMessages } from '../../../lib/data-access/ingest.ts';
import { refreshSummary } from '../../../lib/data-access/summary.ts';
import { defaultDecisionPolicy } from '../../../lib/domain/decision-clock.ts';
import { defaultStageLimits } from '../../../lib/domain/stage-limits.ts';
import { recordEvents } from '../../../lib/flows/ingest/record-events.ts';
import { runStuckAlarm } from '../../../lib/flows/stuck-alarm/run-stuck-alarm.ts';
import { viewRoutes } from '../../../lib/local/console/get-view.tsx';
import { viewNames } from '../../../lib/reports/report.ts';
import { readRules } from '../../../lib/views/view-page.ts';
import { viewPages } from '../../../lib/views/view-pages.ts';
import { drawWidget } from '../../../lib/views/widget/draw-widget.tsx';
import { databaseOfFile, openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { impossiblePositions, impossibleTexts, oddTexts } from '../../support/impossible-values.ts';
import { failedEvent } from '../../support/tracked-event.ts';

const now = new Date('2026-03-01T12:00:00Z');
const rules = readRules({});
const db = await databaseOfFile();
let routes: ReturnType<typeof viewRoutes>;

beforeAll(async () => {
  await recordEvents(db.database, [failedEvent()], now);
  const clock = { now: () => now, aheadSeconds: 0, advance: async () => undefined };
  routes = viewRoutes({ database: db.database, clock, rules });
});

async function get(view: string, query: string) {
  const path = view === 'overview' ? '/' : `/${view}`;
  const answer = await routes[`GET ${path}`]?.({
    url: new URL(`http://localhost${path}?${query}`),
    body: '',
    contentType: '',
    cookies: '',
    headers: {},
    port: 0,
  });
  if (answer === undefined) throw new Error(`No route for ${path}.`);
  return answer;
}

const messageOf = (html: string) => /<p class="failure-message">(.*?)<\/p>/.exec(html)?.[1] ?? '';

/** PostgreSQL's own words, or the driver's. */
const RAW_ERROR = /SQLSTATE|invalid (input|byte)|out of range|syntax error|DATABASE_|pgstate|INTERNAL_ERROR/i;

/** Eight at a time: each answer waits for several queries. */
async function inTurn<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}

/** What is looked for, not named. */
const NO_NAMES = new Set(['search q']);

describe.each(viewNames)('the view %s', (view) => {
  const filters = ['tenant', ...viewPages[view].filters];

  it('answers 400 for texts that nothing stored can match, and names the filter and the rule', async () => {
    for (const filter of filters)
      for (const [name, text] of impossibleTexts) {
        const { status, body } = await get(view, `${filter}=${encodeURIComponent(text.toWellFormed())}`);
        // No address can hold half of a pair; a widget's parameters can.
        if (name !== 'a lone surrogate') expect([filter, name, status]).toEqual([filter, name, 400]);
        else expect(status).toBeLessThan(500);
        if (status === 400) expect(messageOf(body)).toMatch(/“\w+”|No request was named/);
      }
  });

  it('answers 400 for filters that it does not have, repeated ones and broken escapes', async () => {
    const wrong = ['nosuch=1', 'tenant=a&tenant=b', 'tenant=%E0%A4%A', 'tenant=%ED%A0%80', 'tenant=100%'];
    for (const query of wrong) {
      const { status, body } = await get(view, query);
      expect([query, status]).toEqual([query, 400]);
      expect(messageOf(body)).not.toBe('');
    }
  });

  it('has no answer for a name that exists nowhere, and says so', async () => {
    for (const filter of filters.filter((name) => !NO_NAMES.has(`${view} ${name}`))) {
      // These two say which of the view's rows are shown.
      const beside = { from: '&to=PARSING', to: '&from=PARSING' }[filter] ?? '';
      const { status, body } = await get(view, `${filter}=NOWHERE-AT-ALL${beside}`);
      expect([filter, status]).toEqual([filter, expect.toBeOneOf([400, 404])]);
      expect(body).toMatch(/class="failure"/);
      if (filter === 'tenant') continue;
      const parameters = {
        [filter]: 'NOWHERE-AT-ALL',
        ...(beside && { [filter === 'from' ? 'to' : 'from']: 'PARSING' }),
      };
      const question = { describe: false, theme: 'light', view, parameters } as const;
      const options = { database: db.database, tenant: null, rules, now, functionArn: 'arn:aws:lambda:x' };
      expect([filter, (await drawWidget(question, options)).failure?.status]).toEqual([filter, status]);
    }
  });

  it('draws a widget that says so, too', async () => {
    for (const filter of filters.filter((name) => name !== 'tenant'))
      for (const [name, text] of impossibleTexts) {
        const question = { describe: false, theme: 'light', view, parameters: { [filter]: text } } as const;
        const options = { database: db.database, tenant: null, rules, now, functionArn: 'arn:aws:lambda:x' };
        const { failure } = await drawWidget(question, options);
        expect([filter, name, failure?.status]).toEqual([filter, name, 400]);
      }
  });

  it('never answers a failure of the server, nor an error of the database', async () => {
    const queries = filters.flatMap((filter) =>
      oddTexts.map((text) => `${filter}=${encodeURIComponent(text)}`),
    );
    await inTurn(queries, async (query) => {
      const { status, body } = await get(view, query);
      expect([query, status < 500, RAW_ERROR.test(body)]).toEqual([query, true, false]);
    });
  });

  if (viewPages[view].filters.includes('after'))
    it('answers 400 for a position that its list did not give out', async () => {
      for (const [name, text] of impossiblePositions) {
        const { status, body } = await get(view, `after=${encodeURIComponent(text)}`);
        expect([name, status]).toEqual([name, 400]);
        expect(messageOf(body)).toMatch(/position|filter “after”/);
      }
    });
});

/** Breaks out of a text, an attribute, a title of an SVG and a script at once, if anything lets it. */
const MARKUP = `" onblur=x '></title></script><img src=x onerror=alert(1)>`;
/** A tag as views write it: each value in double quotes, none of which it holds. */
const TAG = /^<(?:!doctype html|\/?[a-z][\da-z-]*(?: [a-z][\w-]*(?:="[^"<>]*")?)*)>$/i;

describe('markup in whatever a producer can name', () => {
  let hostile: TestDatabase;

  beforeAll(async () => {
    hostile = await openTestDatabase();
    const { database } = hostile;
    const names = {
      ...{ tenant: MARKUP, pagwId: MARKUP, stage: MARKUP, errorCode: MARKUP, errorMessage: MARKUP },
      ...{ workerId: MARKUP, serviceName: MARKUP, correlationId: MARKUP, externalReference: MARKUP },
      metadata: { targetSystem: MARKUP, [MARKUP]: MARKUP },
      stated: { type: MARKUP, plan: MARKUP, delegate: MARKUP, payload: { bucket: MARKUP, key: MARKUP } },
    };
    const failed = failedEvent({ ...names, eventId: `${MARKUP}1`, eventType: MARKUP, lane: 'unknown' });
    const stuck = { ...names, pagwId: `${MARKUP}2`, stage: 'PARSING', eventType: 'PARSE_FAIL' };
    await recordEvents(database, [failed], now);
    await recordEvents(database, [failedEvent({ ...stuck, eventId: '2', retryable: false })], now);
    const later = new Date(now.getTime() + 3 * 3_600_000);
    await insertRejectedMessages(
      database,
      [
        {
          ...{
            messageId: MARKUP,
            position: 0,
            tenant: MARKUP,
            pagwId: MARKUP,
            eventId: MARKUP,
            code: MARKUP,
          },
          ...{ path: MARKUP, rule: MARKUP, hint: MARKUP, bodyBucket: MARKUP, bodyKey: MARKUP, bodyBytes: 1 },
          sentAt: now,
        },
      ],
      now,
    );
    await runStuckAlarm(database, {
      rules: { limits: defaultStageLimits, policy: defaultDecisionPolicy },
      now: later,
      measureLag: async () => ({ waiting: 0, seconds: 0 }),
      publish: async () => undefined,
    });
    await refreshSummary({ database, now: later, mayGoOn: () => true });
    const clock = { now: () => later, aheadSeconds: 0, advance: async () => undefined };
    routes = viewRoutes({ database, clock, rules });
  });
  afterAll(() => hostile.close());

  const named = new URLSearchParams({ tenant: MARKUP }).toString();
  it.each([
    ...viewNames.map((view) => [view, named]),
    ['request', new URLSearchParams({ id: MARKUP }).toString()],
    ['incident', 'id=1'],
    ['rejection', 'id=1'],
    ['deadlines', `${named}&board=pipe`],
    ['stuck', `${named}&stage=PARSING`],
    ['failures', `${named}&${new URLSearchParams({ error: MARKUP })}`],
    ['search', new URLSearchParams({ q: MARKUP }).toString()],
    ['search', `${named}&${new URLSearchParams({ type: MARKUP })}`],
  ])('stays a text on the page %s?%s', async (view, query) => {
    const { status, body } = await get(view, query);
    expect(status).toBeLessThan(500);
    expect(body).not.toMatch(/<img|onerror=alert\(1\)>|<\/title><\/script>|href="javascript:/i);
    const markup = body.replace(/<style>.*?<\/style>/gs, '');
    expect(markup.match(/<[^>]*>?/g)?.filter((tag) => !TAG.test(tag))).toEqual([]);
    if (status === 200 && view !== 'latency') expect(body).toMatch(/&lt;img|&#60;img/);
  });
});
