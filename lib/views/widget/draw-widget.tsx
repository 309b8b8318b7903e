import type { Database } from '../../data-access/database.ts';
import { canonicalTenant } from '../../domain/event-catalogue.ts';
import { failureOf, type ViewFailure } from '../failure-of.ts';
import { Failure } from '../parts/notice.tsx';
import { readText, refuseImpossible } from '../read-parameters.ts';
import { type ViewContext, type ViewLimits, viewNames } from '../view-context.ts';
import { ViewError } from '../view-error.ts';
import type { ViewRules } from '../view-page.ts';
import { viewPages } from '../view-pages.ts';
import type { WidgetQuestion } from './widget-event.ts';
import { WidgetFrame } from './widget-frame.tsx';
import { widgetLinks } from './widget-links.tsx';

export interface WidgetOptions {
  database: Database;
  /** The one it may show, whatever it is asked; null: all, and a parameter may choose one of them. */
  tenant: string | null;
  rules: ViewRules;
  now: Date;
  functionArn: string;
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
const MENU = viewNames
  .filter((view) => !['request', 'search', 'failures'].includes(view))
  .map((view) => ({ view, title: viewPages[view].title }));

/** Draws a view for a dashboard. It never throws for what is asked or found: the widget says what is wrong. */
export async function drawWidget(question: WidgetQuestion, options: WidgetOptions): Promise<DrawnWidget> {
  const { database, rules, now, functionArn } = options;
  const { view, theme, parameters } = question;
  const links = widgetLinks(functionArn);
  let frame = { view, menu: MENU, tenant: options.tenant, theme, now, links };
  try {
    const tenant = options.tenant ?? canonicalTenant(readText(parameters, 'tenant'));
    const context: ViewContext = { now, tenant, links, limits: LIMITS };
    frame = { ...frame, tenant };
    if (view === null) {
      throw new ViewError(
        400,
        'VIEW_UNKNOWN',
        'There is no such view.',
        `Set “view” to one of ${viewNames.join(', ')}.`,
      );
    }
    refuseImpossible(parameters, viewPages[view].filters);
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
        <Failure code={code} message={message} hint={hint} />
      </WidgetFrame>,
    );
    return { html, failure: { status, code, message, hint } };
  }
}

function shareOf(limits: ViewLimits, share: number): ViewLimits {
  const part = (most: number) => Math.ceil(most * share);
  return { groups: part(limits.groups), requests: part(limits.requests), events: part(limits.events) };
}
