import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createHandler, type WidgetAnswer } from '../../lambdas/widget.ts';
import { recordEvents } from '../../lib/flows/ingest/record-events.ts';
import { keepIncidents } from '../../lib/flows/stuck-alarm/keep-incidents.ts';
import { viewNames } from '../../lib/reports/report.ts';
import type { Clock } from '../../lib/runtime/open-database.ts';
import { databaseOfFile } from '../support/database.ts';
import { forFile } from '../support/for-file.ts';
import { freePort } from '../support/free-port.ts';
import { incidentGroup } from '../support/incident-group.ts';
import { lambdaContext } from '../support/lambda.ts';
import { databaseSettings, stubAws } from '../support/lambda-environment.ts';
import { openAsRole } from '../support/role-database.ts';
import { sanitiseHtml } from '../support/sanitise-html.ts';
import { failedEvent, trackedEvent } from '../support/tracked-event.ts';
import { hostileTexts, now } from '../support/view-fixtures.ts';

const testDatabase = await databaseOfFile();
/** As on AWS: it reads as the reader. */
const login = await forFile(openAsRole(testDatabase, 'pagw_reader'));

beforeAll(async () => {
  const { database } = testDatabase;
  const hostile = hostileTexts.map((text, position) =>
    failedEvent({
      pagwId: 'PAGW-HOSTILE',
      eventId: `hostile-${position}`,
      occurredAt: now.toISOString(),
      errorMessage: text.replaceAll('\0', '').toWellFormed().slice(0, 4_000),
      metadata: { note: text.replaceAll('\0', '').toWellFormed() },
    }),
  );
  await recordEvents(database, hostile, now);
  await recordEvents(database, [trackedEvent({ pagwId: 'PAGW-OTHER', tenant: 'elevance' })], now);
  for (let first = 0; first < 2_000; first += 100) {
    const events = Array.from({ length: 100 }, (_, place) =>
      failedEvent({
        pagwId: 'PAGW-LONG',
        eventId: `long-${first + place}`,
        occurredAt: now.toISOString(),
        errorCode: '<'.repeat(64),
        errorMessage: '&'.repeat(600),
        externalReference: '"'.repeat(256),
        metadata: Object.fromEntries(
          Array.from({ length: 8 }, (_, n) => [`${n}${'<'.repeat(45)}`, '&'.repeat(70)]),
        ),
      }),
    );
    await recordEvents(database, events, now);
  }
  await database.execute(
    `UPDATE request_tracker
     SET stuck_reason = 'failed', stuck_stage = main_stage, stuck_since = :now::timestamptz, stuck_error_code = 'X<script>'`,
    { now },
  );
  await keepIncidents(database, [incidentGroup({ errorCode: 'X<script>', oldestSince: now })], now);
  await database.execute(
    `INSERT INTO rejected_message (message_id, position, tenant, code, path, rule, hint, body_bucket, body_key, body_bytes, sent_at, rejected_at)
     VALUES ('m-1', 0, 'anthem', 'FIELD_INVALID', '/stage', 'format', 'Correct it.', 'b', 'k', 1, now(), now())`,
  );
});

function widgetOf(tenant: string, dataApiUrl = login.dataApiUrl, clock: Clock = { now: () => now }) {
  stubAws({ RDS_DATA: dataApiUrl });
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  const environment = { ...databaseSettings(testDatabase), WIDGET_TENANT: tenant };
  const handler = createHandler(environment, clock);
  return (event: unknown) => handler(event, lambdaContext('pagw-widget'));
}

async function htmlOf(answer: Promise<WidgetAnswer>): Promise<string> {
  const html = await answer;
  if (typeof html !== 'string') throw new Error('The widget answered no HTML.');
  return html;
}

describe('the widget', () => {
  it.each(viewNames)('draws view %s as a strict sanitiser would leave it', async (view) => {
    const id = ['incident', 'rejection'].includes(view) ? '1' : 'PAGW-HOSTILE';
    const html = await htmlOf(widgetOf('*')({ view, id, q: 'note=x' }));
    expect(html).not.toContain('class="failure"');
    expect(sanitiseHtml(html)).toBe(html);
    expect(html).not.toMatch(/<(script|iframe|use|foreignObject|form|img)|<[^>]*\son[a-z]+=/i);
    expect(Buffer.byteLength(html)).toBeLessThan(700_000);
  });

  it('shows the stuck board unless asked otherwise, in the theme of the dashboard', async () => {
    const html = await htmlOf(
      widgetOf('*')({ widgetContext: { theme: 'dark', timezone: { label: 'UTC' } } }),
    );
    expect(html).toContain('data-theme="dark"');
    expect(html).toContain('Stuck requests');
    expect(html).toContain('endpoint="arn:aws:lambda:us-east-1:000000000000:function:pagw-widget"');
  });

  it('shows its own tenant only, whatever the parameters say', async () => {
    const widget = widgetOf('Anthem');
    for (const view of viewNames) {
      const html = await htmlOf(widget({ view, id: 'PAGW-OTHER', tenant: 'elevance', q: 'PAGW' }));
      expect(html).not.toContain('elevance');
      expect(html.replaceAll('"PAGW-OTHER"', '')).not.toContain('PAGW-OTHER');
    }
    expect(await htmlOf(widget({ view: 'request', id: 'PAGW-OTHER' }))).toContain('REQUEST_UNKNOWN');
    expect(await htmlOf(widget({ view: 'request', id: 'PAGW-HOSTILE' }))).toContain('PAGW-HOSTILE');
  });

  it('narrows to one tenant by parameter where it may show all, so that its numbers lead to their rows', async () => {
    const html = await htmlOf(widgetOf('*')({ view: 'search', q: 'PAGW-', tenant: 'Elevance' }));
    expect(html).toContain('PAGW-OTHER');
    expect(html).not.toContain('PAGW-LONG');
    expect(html).toContain('Tenant <bdi>elevance</bdi>');
  });

  it('goes by the database’s clock when its machine’s is days off', async () => {
    const ahead = { now: () => new Date(Date.now() + 400 * 86_400_000), isMachineClock: true };
    const html = await htmlOf(widgetOf('*', undefined, ahead)({ view: 'stuck' }));
    const [, drawnAt = ''] = /<time[^>]*datetime="([^"]+)"/.exec(html) ?? [];
    expect(Math.abs(Date.parse(drawnAt) - Date.now())).toBeLessThan(60_000);
  });

  it('refuses to start without a tenant, or with a blank one', () => {
    expect(() => widgetOf(' ')).toThrow('WIDGET_TENANT');
  });

  it('shows a request of 2,000 events within the limits, and says what is missing', async () => {
    const html = await htmlOf(widgetOf('*')({ view: 'request', id: 'PAGW-LONG' }));
    expect(Buffer.byteLength(html)).toBeLessThan(700_000);
    expect(html).toMatch(/The last \d+ of 2,000 events/);
  });

  it.each([
    ['an unknown view', { view: 'nonsense' }, 'VIEW_UNKNOWN'],
    ['a view that is a property of every object', { view: 'constructor' }, 'VIEW_UNKNOWN'],
    ['an unknown request', { view: 'request', id: '<script>' }, 'REQUEST_UNKNOWN'],
    ['no request', { view: 'request' }, 'ID_MISSING'],
    ['a malformed filter', { view: 'search', q: 'a=b =' }, 'BAD_FILTER'],
    ['a filter that is none', { view: 'retries', state: 'x' }, 'BAD_FILTER'],
    ['a filter that is too long', { view: 'stuck', stage: 'x'.repeat(300) }, 'BAD_FILTER'],
    ['a place to go on from that is none', { view: 'search', after: 'x' }, 'BAD_FILTER'],
  ])('says what is wrong with %s', async (_, event, code) => {
    const html = await htmlOf(widgetOf('*')(event));
    expect(html).toContain(`<code>${code}</code>`);
    expect(sanitiseHtml(html)).toBe(html);
  });

  it.each([null, 'text', 7, [], { view: 7, widgetContext: 'x' }, { view: { a: 1 } }])(
    'bears %j',
    async (event) => {
      expect(await htmlOf(widgetOf('*')(event))).toContain('class="pagw"');
    },
  );

  it('describes its parameters when CloudWatch asks', async () => {
    expect(await widgetOf('*')({ describe: true })).toEqual({
      markdown: expect.stringContaining('**view**'),
    });
  });

  it('says that the database does not answer', async () => {
    const html = await htmlOf(widgetOf('*', `http://127.0.0.1:${await freePort()}`)({}));
    expect(html).toContain('<code>DATABASE_UNAVAILABLE</code>');
    expect(html).toContain('none is lost');
  });
});
