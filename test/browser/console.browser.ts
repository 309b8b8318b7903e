import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findFreePorts } from '../local/free-ports.ts';
import { type RunningStack, startStack } from '../local/running-stack.ts';
import { folderForFile } from '../support/for-file.ts';
import { checkAccessibility } from './check-accessibility.ts';
import { launchChromium } from './chromium.ts';
import { drawWidgetPage } from './draw-widget-page.ts';

const directory = folderForFile();
let stack: RunningStack;
let browser: Browser;
let page: Page;
let faults: string[];

beforeAll(async () => {
  stack = await startStack(await findFreePorts(4), directory);
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await stack?.kill('SIGTERM');
});

beforeEach(async () => {
  page = await openPage();
});

afterEach(async () => {
  await page.context().close();
  expect(faults).toEqual([]);
});

/** A page that notes script errors and every request that leaves this machine. */
async function openPage(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    baseURL: stack.url,
    ...options,
  });
  const opened = await context.newPage();
  faults = [];
  opened.on('pageerror', (error) => faults.push(error.message));
  opened.on('request', (request) => {
    if (!request.url().startsWith(`${stack.url}/`)) faults.push(`asked ${request.url()}`);
  });
  return opened;
}

async function idOfAStuckRequest(): Promise<string> {
  await page.goto('/stuck');
  return (await page.locator('main a[href^="/request"]').first().innerText()).trim();
}

describe('the console', () => {
  it('finds a request by its id and opens its timeline', async () => {
    const id = await idOfAStuckRequest();
    await page.goto('/');
    await page.getByRole('combobox', { name: 'Search requests' }).fill(id);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: id }).waitFor();
    expect(await page.getByRole('img').first().getAttribute('aria-label')).toMatch(
      /\d+ stages over .*, \d+ events/,
    );
    expect(await page.locator('table tbody tr').count()).toBeGreaterThan(3);
  });

  it.each([
    ['correlation id', 'demo-1', /^\d+ requests?$/],
    ['metadata', 'targetSystem=carelon isAsync=false', /^Events of the last 7 days/],
    ['fields of the event', 'status=failed errorCode=API_TIMEOUT is:open', /^Events of the last 7 days/],
    ['a comparison', 'diagnosisCount>2', /^Events of the last 7 days/],
  ])('searches by %s: %s', async (_, words, heading) => {
    await page.goto('/search');
    await page.getByRole('combobox', { name: 'Search requests' }).fill(words);
    await page.keyboard.press('Enter');
    await page.locator('h2', { hasText: heading }).waitFor();
  });

  it('leads from the overview to a stuck group and on to a request that says why', async () => {
    await page.goto('/');
    await page.locator('.count').first().click();
    await page.getByRole('heading', { name: 'Requests, longest stuck first' }).waitFor();
    await page.locator('table').last().locator('a').first().click();
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    expect(await page.locator('.standing').innerText()).toMatch(/stuck for .*: [A-Z_]+ /);
  });

  it('moves the clock of every flow, and shows what comes of it', async () => {
    await page.goto('/');
    const before = Date.parse((await page.locator('#clock time').getAttribute('datetime')) ?? '');
    await page.getByRole('button', { name: '+15 min' }).click();
    await page.locator('#clock', { hasText: 'ahead' }).waitFor();
    const after = Date.parse((await page.locator('#clock time').getAttribute('datetime')) ?? '');
    expect(after - before).toBeGreaterThanOrEqual(900_000);
  });

  it('remembers the theme that was chosen, and shows it at once', async () => {
    await page.goto('/');
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await paper();
    const button = page.getByRole('button', { name: 'Theme' });
    await button.click();
    await button.click();
    expect(await button.innerText()).toBe('Theme: dark');
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.goto('/stuck');
    expect(await paper()).toBe(dark);
  });

  it('shows new events of a request by itself, and stops while it is told to', async () => {
    await page.goto('/');
    const newest = page.locator('main table').last().locator('tbody tr').first();
    const first = await newest.innerText();
    await expect.poll(() => newest.innerText(), { timeout: 60_000, interval: 500 }).not.toBe(first);
    const live = page.getByRole('button', { name: 'Live' });
    await live.click();
    expect(await live.getAttribute('aria-pressed')).toBe('false');
  });

  it('leaves the rows where they are while the pointer rests on them', async () => {
    await page.goto('/');
    const table = page.locator('main table').last();
    await table.hover();
    const live = page.getByRole('button', { name: 'Live' });
    await live.filter({ hasText: 'waiting' }).waitFor();
    const rows = await table.innerText();
    // Twice the page has looked whether the tracker is there, and left it at that.
    for (let look = 0; look < 2; look++) await page.waitForResponse('**/console.js');
    expect(await table.innerText()).toBe(rows);
    await page.mouse.move(0, 0);
    await expect.poll(() => table.innerText(), { timeout: 60_000, interval: 500 }).not.toBe(rows);
  });

  it('comes to the search box by a slash, which may still be written in it', async () => {
    await page.goto('/stuck');
    await page.keyboard.press('/');
    await page.keyboard.type('a/b');
    expect(await page.getByRole('combobox', { name: 'Search requests' }).inputValue()).toBe('a/b');
  });

  it('copies the rows of a table as JSON, also after it was drawn again', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto('/search');
    const ids = await page.locator('main table tbody th').allInnerTexts();
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const rows = JSON.parse(String(await page.evaluate('navigator.clipboard.readText()'))) as {
      pagwId: string;
    }[];
    expect(rows).toHaveLength(ids.length);
    await page.getByRole('button', { name: '+15 min' }).click();
    await page.getByRole('button', { name: 'Copy', exact: true }).waitFor();
  });

  it("tells the times by the reader's own clocks once that is chosen, and by UTC again", async () => {
    const abroad = await openPage({ timezoneId: 'Europe/Berlin' });
    await abroad.goto('/search?q=PAGW');
    await abroad.getByRole('button', { name: 'Local time' }).click();
    await abroad.locator('#clock', { hasText: 'Europe/Berlin' }).waitFor();
    expect(new URL(abroad.url()).search).toBe('?q=PAGW');
    await abroad.getByRole('button', { name: 'UTC' }).click();
    await abroad.locator('#clock', { hasText: 'UTC' }).waitFor();
    await abroad.context().close();
  });

  it('prints light and whole, whatever the theme, without anything to press', async () => {
    await page.goto('/stuck');
    await page.evaluate("localStorage.setItem('theme', 'dark')");
    await page.setViewportSize({ width: 700, height: 900 });
    await page.goto('/stuck?stage=API_CONNECTOR');
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('light');
    for (const control of await page.locator('button, input, .acts a, nav a').all())
      expect(await control.isVisible()).toBe(false);
    const cutOff =
      "[...document.querySelectorAll('.scroll')].filter((part) => part.scrollWidth > part.clientWidth).length";
    expect(await page.evaluate(cutOff)).toBe(0);
  });

  it('can be walked through by keyboard, with the focus always to be seen', async () => {
    await page.goto('/');
    await page.keyboard.press('Tab');
    expect(await focused()).toMatchObject({ text: 'Skip to content' });
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    const seen: string[] = [];
    for (let step = 0; step < 12; step++) {
      await page.keyboard.press('Tab');
      const { text, outline, inView } = await focused();
      expect({ text, outline, inView }).toEqual({ text, outline: 'solid', inView: true });
      seen.push(text);
    }
    expect(seen.join(' ')).toContain('Stuck');
    await page.goto('/');
    await page.locator('.figure').first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Stuck requests' }).waitFor();
  });

  it('reads and leads on without any script', async () => {
    const plain = await openPage({ javaScriptEnabled: false });
    await plain.goto('/');
    expect(await plain.getByRole('button').count()).toBe(0);
    await plain.locator('nav a', { hasText: 'Retries' }).click();
    await plain.locator('h1', { hasText: 'Retry queue' }).waitFor();
    await plain.locator('input[type=search]').fill('PAGW');
    await plain.keyboard.press('Enter');
    await plain.locator('h1', { hasText: 'Search' }).waitFor();
    expect(await plain.locator('main a[href^="/request"]').count()).toBeGreaterThan(10);
    await plain.context().close();
  });

  it('narrows to one tenant and always says which', async () => {
    await page.goto('/stuck');
    await page.getByRole('navigation', { name: 'Tenant' }).getByRole('link', { name: 'anthem' }).click();
    const current = page.getByRole('navigation', { name: 'Tenant' }).locator('[aria-current]');
    await current.filter({ hasText: /^anthem$/ }).waitFor();
    expect(await page.locator('main').innerText()).not.toContain('elevance');
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Retries' }).click();
    await page.getByRole('heading', { name: 'Retry queue' }).waitFor();
    expect(await current.innerText()).toBe('anthem');
  });

  it.each([
    ['/request?id=nobody', 404, 'REQUEST_UNKNOWN'],
    ['/retries?state=%3Cscript%3E', 400, 'BAD_FILTER'],
    ['/search?q=a%3Db%20%3D', 400, 'BAD_FILTER'],
    ['/search?after=yesterday', 400, 'BAD_FILTER'],
    [`/stuck?stage=${'x'.repeat(300)}`, 400, 'BAD_FILTER'],
  ])('says what is wrong with %s', async (path, status, code) => {
    const answer = await page.goto(path);
    expect(answer?.status()).toBe(status);
    expect(await page.getByRole('alert').innerText()).toContain(code);
  });
});

describe('every page', () => {
  const paths = [
    ...[
      '/',
      '/stuck',
      '/stuck?stage=API_CONNECTOR',
      '/retries',
      '/deadlines',
      '/deadlines?tenant=anthem&priority=STANDARD&outcome=decided',
      '/failures?time=7d',
      '/latency',
      '/distribution',
      '/incidents',
    ],
    ...[
      '/rejected',
      '/search',
      '/search?q=targetSystem%3Dcarelon',
      '/search?q=nothing',
      '/search?status=FAILED&time=24h',
      '/system',
      '/request?id=nobody',
      '/audit',
      '/runbook',
      '/act?verb=nothing',
      '/act?verb=pause&stage=API_CONNECTOR',
    ],
  ];

  /** Each act's first step, as the pages of stuck requests and of incidents offer it, and those pages. */
  async function pathsOfActs(opened: Page): Promise<string[]> {
    const hrefs = async (selector: string) =>
      Promise.all((await opened.locator(selector).all()).map((link) => link.getAttribute('href')));
    const shown: string[] = [];
    await opened.goto('/incidents');
    shown.push(...(await hrefs('main a[href^="/incident?"]')).flatMap((href) => href ?? []));
    for (const reason of ['retries-exhausted', 'hand-off-lost']) {
      await opened.goto(`/stuck?reason=${reason}`);
      shown.push((await opened.locator('main a[href^="/request"]').first().getAttribute('href')) ?? '');
    }
    const byVerb = new Map<string, string>();
    for (const path of shown) {
      await opened.goto(path);
      for (const href of await hrefs('main a[href^="/act?"]'))
        if (href !== null) byVerb.set(new URL(href, stack.url).searchParams.get('verb') ?? '', href);
    }
    expect([...byVerb.keys()].sort()).toEqual(['batch', 'close', 'pause', 'resend', 'retry', 'snooze']);
    return [...shown, ...byVerb.values()];
  }

  it.each(['light', 'dark'] as const)(
    'has nothing that axe-core objects to, in %s',
    async (colorScheme) => {
      const themed = await openPage({ colorScheme, reducedMotion: 'reduce' });
      await themed.goto('/stuck');
      const stuck = await themed.locator('main a[href^="/request"]').first().getAttribute('href');
      await themed.goto('/search');
      const latest = await themed.locator('main a[href^="/request"]').last().getAttribute('href');
      for (const path of [...paths, ...(await pathsOfActs(themed)), stuck ?? '', latest ?? '']) {
        await themed.goto(path);
        for (const summary of await themed.locator('summary').all()) await summary.click();
        expect({ path, violations: await checkAccessibility(themed) }).toEqual({ path, violations: [] });
      }
      await themed.context().close();
    },
    300_000,
  );

  it.each(['light', 'dark'] as const)(
    'is a widget that axe-core does not object to either, in %s',
    async (theme) => {
      const id = await idOfAStuckRequest();
      for (const event of [
        { view: 'stuck' },
        { view: 'request', id },
        { view: 'overview' },
        { view: 'latency' },
      ]) {
        await page.goto('/healthz');
        await page.setContent(await drawWidgetPage(stack.url, { ...event, widgetContext: { theme } }));
        expect({ event, violations: await checkAccessibility(page) }).toEqual({ event, violations: [] });
      }
    },
  );

  it('fits a narrow screen: wide tables scroll by themselves', async () => {
    const narrow = await openPage({ viewport: { width: 360, height: 740 } });
    for (const path of [...paths, ...(await pathsOfActs(narrow))]) {
      await narrow.goto(path);
      const width = await narrow.evaluate('document.documentElement.scrollWidth');
      expect({ path, width }).toEqual({ path, width: 360 });
    }
    await narrow.context().close();
  });
});

/** What has the focus: its text, how its outline is drawn, and whether it is on the screen. */
function focused(): Promise<{ text: string; outline: string; inView: boolean }> {
  return page.evaluate(`(() => {
    const element = document.activeElement;
    const { top, bottom, left, right } = element.getBoundingClientRect();
    return {
      text: (element.innerText || element.getAttribute('aria-label') || '').trim().slice(0, 60),
      outline: getComputedStyle(element).outlineStyle,
      inView: bottom > 0 && top < innerHeight && right > 0 && left < innerWidth,
    };
  })()`);
}
