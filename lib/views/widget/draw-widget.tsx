import * as z from 'zod/mini';
import type { Database } from '../../data-access/database.ts';
import { canonicalTenant } from '../../domain/event-catalogue.ts';
import { commandsToTracker, shellWord, toTracker } from '../../domain/printable-text.ts';
import { menuViews, type Place, type ViewName, viewNames } from '../../reports/report.ts';
import { failureOf, type ViewFailure } from '../failure-of.ts';
import type { Child, Html } from '../jsx-runtime.ts';
import { CommandText, DataText } from '../parts/data-text.tsx';
import { Failure } from '../parts/notice.tsx';
import { Instant } from '../parts/time-text.tsx';
import { readText, refuseImpossibleFilters, refuseUnknownFilters } from '../read-parameters.ts';
import { styleSheet } from '../style-sheet.ts';
import {
  type Links,
  type ViewContext,
  ViewError,
  type ViewLimits,
  type ViewParameters,
  type ViewRules,
} from '../view-page.ts';
import { viewPages } from '../view-pages.ts';

/** What CloudWatch calls a widget with: its parameters, as the dashboard's editors set them, and the context. */
const widgetEvent = z.looseObject({
  describe: z.optional(z.literal(true)),
  widgetContext: z._default(
    z.catch(z.looseObject({ theme: z.catch(z.enum(['light', 'dark']), 'light') }), { theme: 'light' }),
    { theme: 'light' },
  ),
});

export interface WidgetQuestion {
  describe: boolean;
  theme: 'light' | 'dark';
  /** Null: none of the views. */
  view: ViewName | null;
  parameters: ViewParameters;
}

/** Reads whatever comes; parameters are text, and anybody's. */
export function readWidgetEvent(event: unknown, otherwise: ViewName): WidgetQuestion {
  const { describe, widgetContext, ...given } = z
    .catch(widgetEvent, { widgetContext: { theme: 'light' } })
    .parse(event);
  const parameters = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      if (typeof value === 'string') return [[name, value]];
      return typeof value === 'number' ? [[name, String(value)]] : [];
    }),
  );
  const wanted = parameters.view ?? otherwise;
  const view = viewNames.find((name) => name === wanted) ?? null;
  return { describe: describe === true, theme: widgetContext.theme, view, parameters };
}

export interface WidgetOptions {
  database: Database;
  /** The one it may show, whatever it is asked; null: all, and a parameter may choose one of them. */
  tenant: string | null;
  rules: ViewRules;
  now: Date;
  functionArn: string;
  /** The CloudFormation stack that commands name. */
  stackName?: string | undefined;
}

export interface DrawnWidget {
  html: string;
  /** What kept the view from being shown; null when it is. */
  failure: ViewFailure | null;
}

/** Each link repeats the function's name, so less fits than on a page. */
const LIMITS = { groups: 100, requests: 50, events: 200 };
/** CloudWatch refuses answers of about 1 MB; long before that, nobody reads them. */
const MOST_BYTES = 700_000;
/** What does not fit is drawn again with fewer rows. */
const SHARES = [1, 0.25, 0.05];
const MENU = menuViews.map((view) => ({ view, title: viewPages[view].title }));

/** Draws a view for a dashboard. It never throws for what is asked or found: the widget says what is wrong. */
export async function drawWidget(question: WidgetQuestion, options: WidgetOptions): Promise<DrawnWidget> {
  const { database, rules, now, functionArn, stackName } = options;
  const { view, theme, parameters } = question;
  const tracker = stackName === undefined ? '' : `--stack ${shellWord(stackName)}`;
  const links = widgetLinks(functionArn, tracker);
  let frame = { view, menu: MENU, tenant: options.tenant, theme, now, links };
  try {
    const tenant = options.tenant ?? canonicalTenant(readText(parameters, 'tenant'));
    const context: ViewContext = { now, zone: 'UTC', tenant, links, limits: LIMITS };
    frame = { ...frame, tenant };
    if (view === null) {
      throw new ViewError(
        400,
        'VIEW_UNKNOWN',
        'There is no such view.',
        `Set “view” to one of ${viewNames.join(', ')}.`,
      );
    }
    refuseImpossibleFilters(parameters, viewPages[view].filters);
    await refuseUnknownFilters(view, { database, parameters, context });
    for (const share of SHARES) {
      const limits = shareOf(LIMITS, share);
      const fragment = await viewPages[view].show({
        database,
        parameters,
        context: { ...context, limits },
        rules,
      });
      const html = String(<WidgetFrame {...frame}>{fragment}</WidgetFrame>);
      if (Buffer.byteLength(html) <= MOST_BYTES) return { html, failure: null };
    }
    throw new ViewError(500, 'TOO_LARGE', 'This view is too large for a widget.', 'Use the CLI: pagw.');
  } catch (error) {
    const { status, code, message, hint } = failureOf(error);
    const html = String(
      <WidgetFrame {...frame}>
        <Failure code={code} message={message} hint={commandsToTracker(hint, tracker)} />
      </WidgetFrame>,
    );
    return { html, failure: { status, code, message, hint } };
  }
}

function shareOf(limits: ViewLimits, share: number): ViewLimits {
  const part = (most: number) => Math.ceil(most * share);
  return { groups: part(limits.groups), requests: part(limits.requests), events: part(limits.events) };
}

export interface WidgetFrameProps {
  view: ViewName | null;
  /** In the order of the menu. */
  menu: readonly { view: ViewName; title: string }[];
  /** Null: the widget may show all of them. */
  tenant: string | null;
  theme: 'light' | 'dark';
  now: Date;
  links: Links;
  children: Child;
}

const WIDGET_STYLE = `
.pagw { padding: 4px 12px 12px; background: var(--raised);
  .widget-bar { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; padding-bottom: 8px; margin-bottom: 10px; font-size: 12.5px; color: var(--muted); border-bottom: 1px solid var(--line) }
  .widget-bar [aria-current] { color: var(--ink); font-weight: 560 }
  .widget-bar > span { margin-left: auto }
  h1 { font-size: 17px } h2 { margin-top: 20px }
  cwdb-action { display: none }
}
`;

/** A view within a dashboard: its own style, no script, nothing to fetch. */
function WidgetFrame(frame: WidgetFrameProps): Html {
  const { view, menu, tenant, theme, now, links, children } = frame;
  return (
    <div class="pagw" data-theme={theme}>
      <div class="cwdb-no-default-styles" />
      <style>{styleSheet + WIDGET_STYLE}</style>
      <div class="widget-bar">
        {menu.map((entry) => links.link({ view: entry.view }, entry.title, { current: entry.view === view }))}
        <span>
          Tenant {tenant === null ? 'all' : <DataText value={tenant} most={40} />} · as of{' '}
          <Instant at={now} now={now} zone="UTC" /> UTC
        </span>
      </div>
      {children}
    </div>
  );
}

/**
 * Links that have CloudWatch call the widget's function again: it acts on a click on the element before. An anchor
 * without an address is what its documentation shows; one with `#` would leave the dashboard.
 * @param functionArn of the widget's own function.
 * @param tracker the options by which a command finds it.
 */
export function widgetLinks(functionArn: string, tracker: string): Links {
  return {
    command: (text) => <CommandText text={toTracker(text, tracker)} />,
    link: (place, label, { class: className, current } = {}) => (
      <>
        {/* biome-ignore lint/a11y/useSemanticElements: CloudWatch documents anchors only */}
        {/* biome-ignore lint/a11y/useValidAnchor: an address would leave the dashboard */}
        <a class={className} role="button" tabindex={0} aria-current={current ? 'true' : undefined}>
          {label}
        </a>
        <cwdb-action
          action="call"
          display={place.view === 'request' ? 'popup' : 'widget'}
          endpoint={functionArn}
        >
          {JSON.stringify(toParameters(place))}
        </cwdb-action>
      </>
    ),
  };
}

function toParameters({ view, parameters = {} }: Place): Record<string, string> {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value == null ? [] : [[name, value] as const],
  );
  return { view, ...Object.fromEntries(given) };
}
