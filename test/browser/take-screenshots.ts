import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { drawWidgetPage } from './draw-widget-page.ts';

/**
 * Takes the pictures under docs/screenshots from a running console with the demo:
 *   npx tsx test/browser/take-screenshots.ts http://localhost:4780 docs/screenshots [view …]
 */
const [url = 'http://localhost:4780', folder = 'docs/screenshots', ...wanted] = process.argv.slice(2);
const TALLEST = 1_000;

const views: Record<string, (page: Page) => Promise<unknown>> = {
  overview: (page) => page.goto('/'),
  stuck: (page) => page.goto('/stuck?stage=API_CONNECTOR'),
  timeline: (page) => openRequest(page, '/stuck', 'retries-exhausted'),
  'timeline-hand-off': (page) => openRequest(page, '/stuck', 'hand-off-lost'),
  retries: (page) => page.goto('/retries'),
  deadlines: (page) => page.goto('/deadlines'),
  flow: (page) => page.goto('/flow'),
  latency: (page) => page.goto('/latency'),
  distribution: (page) => page.goto('/distribution'),
  failures: (page) => page.goto('/failures'),
  incidents: (page) => page.goto('/incidents'),
  rejected: (page) => page.goto('/rejected'),
  search: (page) => page.goto('/search?q=targetSystem%3Dcarelon'),
  'widget-stuck': (page) => openWidget(page, { view: 'stuck' }),
};

async function openRequest(page: Page, board: string, reason: string): Promise<void> {
  await page.goto(`${board}?reason=${reason}`);
  await page.locator('main a[href^="/request"]').first().click();
  await page.waitForURL('**/request?**');
}

/** As it stands within a dashboard, whose theme it is told. */
async function openWidget(page: Page, event: Record<string, unknown>): Promise<void> {
  await page.goto('/healthz');
  const isDark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches");
  await page.setContent(
    await drawWidgetPage(url, { ...event, widgetContext: { theme: isDark ? 'dark' : 'light' } }),
  );
}

const browser = await launchChromium();
await mkdir(folder, { recursive: true });
for (const colorScheme of ['light', 'dark'] as const) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 720 },
    colorScheme,
    baseURL: url,
  });
  const page = await context.newPage();
  for (const [name, open] of Object.entries(views)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await open(page);
    const height = Number(await page.evaluate('Math.max(document.body.offsetHeight, 360)'));
    await page.screenshot({
      path: join(folder, `${name}-${colorScheme}.png`),
      fullPage: true,
      clip: { x: 0, y: 0, width: 1280, height: Math.min(height, TALLEST) },
    });
  }
  await context.close();
}
await browser.close();
