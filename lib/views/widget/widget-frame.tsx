import type { Child, Html } from '../html.ts';
import { DataText } from '../parts/data-text.tsx';
import { Instant } from '../parts/time-text.tsx';
import { styleSheet } from '../style-sheet.ts';
import type { Links, ViewName } from '../view-context.ts';

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
export function WidgetFrame(frame: WidgetFrameProps): Html {
  const { view, menu, tenant, theme, now, links, children } = frame;
  return (
    <div class="pagw" data-theme={theme}>
      <div class="cwdb-no-default-styles" />
      <style>{styleSheet + WIDGET_STYLE}</style>
      <div class="widget-bar">
        {menu.map((entry) => links.link({ view: entry.view }, entry.title, { current: entry.view === view }))}
        <span>
          Tenant {tenant === null ? 'all' : <DataText value={tenant} most={40} />} · as of{' '}
          <Instant at={now} now={now} /> UTC
        </span>
      </div>
      {children}
    </div>
  );
}
