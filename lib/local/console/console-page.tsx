import { stages } from '../../domain/event-catalogue.ts';
import { eventStatuses } from '../../domain/tracked-event.ts';
import type { Place, ViewName } from '../../reports/report.ts';
import type { Child, Html } from '../../views/jsx-runtime.ts';
import { CommandText, DataText } from '../../views/parts/data-text.tsx';
import { wallClock } from '../../views/parts/time-text.tsx';
import { styleSheet } from '../../views/style-sheet.ts';
import type { Links } from '../../views/view-page.ts';
import { trackerOptionsAt } from '../local-environment.ts';
import { ZoneForm } from './choose-zone.tsx';

export interface ConsolePageProps {
  title: string;
  /** Undefined: the page is none of the views. */
  view: ViewName | undefined;
  /** In the order of the menu. */
  menu: readonly { view: ViewName; title: string }[];
  /** Null: all. */
  tenant: string | null;
  tenants: readonly string[];
  now: Date;
  aheadText: string;
  /** The zone that the page's times are shown in. */
  zone: string;
  /** Its own address, to come back to. */
  back: string;
  query: string;
  /** Undefined: the tracker runs on this machine. */
  stack: StackSite | undefined;
  /** Lets the page's script refresh soon by itself. */
  failed: boolean;
  children: Child;
}

/** A deployed tracker that a console stands before. */
export interface StackSite {
  name: string;
  /** By which a command finds it: `--stack NAME`, and the profile and region that its console was opened with. */
  options: string;
  /** How often a page refreshes. */
  liveSeconds: number;
}

const LOCAL_LIVE_SECONDS = 3;

/** Of more tenants than this, the list is below a report of all. */
const TENANTS_IN_BAR = 8;

/** A whole page of the console around one view. */
export function consolePage(page: ConsolePageProps): string {
  const { title, now, aheadText, zone, back, failed, children, stack } = page;
  const document = (
    <html lang="en" data-zone={zone} data-live-seconds={String(stack?.liveSeconds ?? LOCAL_LIVE_SECONDS)}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · PAGW event tracker`}</title>
        <style>{styleSheet + consoleStyle}</style>
        <script src="/console.js" />
      </head>
      <body class="pagw">
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header>
          <div class="bar1">
            <Brand />
            <SearchBox query={page.query} tenant={page.tenant} tenants={page.tenants} />
            <div class="tools">
              <span class="clock" id="clock">
                <time datetime={now.toISOString()}>{wallClock(now, zone).slice(0, 19)}</time> {zone}
                {aheadText}
              </span>
              <ZoneForm zone={zone} back={back} />
              {stack === undefined ? (
                <button
                  type="button"
                  id="advance"
                  hidden
                  title="Moves the clock of every flow forward by 15 minutes"
                >
                  +15 min
                </button>
              ) : null}
              <button type="button" id="live" hidden aria-pressed="true">
                Live
              </button>
              <button type="button" id="theme" hidden>
                Theme: system
              </button>
            </div>
          </div>
          <div class="bar2">
            <Menu page={page} />
            <Tenants page={page} />
          </div>
          <p id="gone" role="status" hidden />
        </header>
        <main id="main" tabindex={-1} data-failed={failed ? 'true' : undefined}>
          {children}
        </main>
        <footer>
          {stack === undefined ? (
            'Local mode, no AWS account'
          ) : (
            <>
              Stack <DataText value={stack.name} most={128} />
            </>
          )}{' '}
          · times in {zone} · <a href="/audit">Audit</a> · <a href="/runbook">Runbook</a>
          {stack === undefined ? (
            <>
              {' '}
              · <a href="/system">System</a> · <a href="/healthz">Health as JSON</a>
            </>
          ) : null}
        </footer>
      </body>
    </html>
  );
  return `<!doctype html>\n${document}\n`;
}

function Brand() {
  return (
    <a class="brand" href="/">
      <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
        <rect x={1} y={3} width={9} height={3.4} rx={1.7} fill="currentColor" />
        <rect x={6} y={8.3} width={8} height={3.4} rx={1.7} fill="currentColor" />
        <rect x={11} y={13.6} width={8} height={3.4} rx={1.7} fill="currentColor" />
      </svg>
      PAGW event tracker
    </a>
  );
}

function SearchBox({ query, tenant, tenants }: Pick<ConsolePageProps, 'query' | 'tenant' | 'tenants'>) {
  return (
    <search class="find">
      <form action="/search" method="get">
        {tenant === null ? null : <input type="hidden" name="tenant" value={tenant} />}
        <input
          type="search"
          name="q"
          value={query}
          maxlength={256}
          placeholder="Id, reference, correlation id or key=value"
          list="search-words"
          aria-label="Search requests"
          autocomplete="off"
          spellcheck="false"
        />
        <datalist id="search-words">
          {[
            'is:open',
            ...eventStatuses.map((status) => `status=${status}`),
            ...stages.map((stage) => `stage=${stage}`),
            ...(tenant === null ? tenants.slice(0, TENANTS_IN_BAR) : []).map((name) => `tenant=${name}`),
          ].map((words) => (
            <option value={words} />
          ))}
        </datalist>
      </form>
    </search>
  );
}

function Menu({ page }: { page: ConsolePageProps }) {
  return (
    <nav class="menu" aria-label="Views">
      {page.menu.map(({ view, title }) =>
        consoleLinks.link({ view, parameters: { tenant: page.tenant } }, title, {
          current: view === page.view,
        }),
      )}
    </nav>
  );
}

/** Where another tenant is looked at from a page of one thing. */
const LIST_OF: Partial<Record<ViewName, ViewName>> = {
  request: 'overview',
  incident: 'incidents',
  rejection: 'rejected',
};

/** Which tenant is shown, always; and the way to the others. */
function Tenants({ page }: { page: ConsolePageProps }): Html {
  const { tenant, tenants } = page;
  const view = page.view === undefined ? 'overview' : (LIST_OF[page.view] ?? page.view);
  const place = (name: string | null): Place => ({ view, parameters: { tenant: name } });
  const listed = tenants.slice(0, TENANTS_IN_BAR);
  const named = tenant === null || listed.includes(tenant) ? listed : [tenant, ...listed];
  return (
    <nav class="tenants" aria-label="Tenant">
      <span>Tenant</span>
      {[null, ...named].map((name) => (
        <a href={consolePath(place(name))} aria-current={name === tenant ? 'true' : undefined}>
          {name === null ? 'all' : <DataText value={name} most={32} />}
        </a>
      ))}
      {tenants.length > TENANTS_IN_BAR ? (
        <a href={consolePath({ view: 'distribution', parameters: { time: '30d' } })}>
          and {tenants.length - TENANTS_IN_BAR} more
        </a>
      ) : null}
    </nav>
  );
}

/** The options by which a command of another terminal finds the console's tracker. */
export function trackerOptionsOf(stack: StackSite | undefined, port: number): string {
  return stack === undefined ? trackerOptionsAt(port) : stack.options;
}

/** The address of a view in the console. */
export function consolePath({ view, parameters = {} }: Place): string {
  return addressOf(viewPath(view), parameters);
}

function addressOf(path: string, parameters: Readonly<Record<string, string | null | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value != null && value !== '') query.set(name, value);
  const text = query.toString();
  return `${path}${text === '' ? '' : `?${text}`}`;
}

export function viewPath(view: ViewName): string {
  return view === 'overview' ? '/' : `/${view}`;
}

/** Plain links: pages work without a script, and every state has an address. */
export const consoleLinks: Links = {
  link: (place, label, { class: className, current } = {}) => (
    <a href={consolePath(place)} class={className} aria-current={current ? 'page' : undefined}>
      {label}
    </a>
  ),
  act: ({ act, fields }, label) => (
    <a class="button" href={addressOf('/act', { verb: act, ...fields })}>
      {label}
    </a>
  ),
  command: (text) => <CommandText text={text} />,
  runbook: (section) => <a href={`/runbook#${section}`}>{section}</a>,
};

/** The console's frame around the views; the views' own style sheet gives the colours. */
const consoleStyle = `
:root { color-scheme: light dark }
:root[data-theme=light] { color-scheme: light }
:root[data-theme=dark] { color-scheme: dark }
@page { size: landscape }
@media print { :root, :root[data-theme] { color-scheme: light } }
.pagw {
  min-height: 100vh;
  header { border-bottom: 1px solid var(--line); background: var(--raised) }
  .bar1, .bar2, main, footer { max-width: 1280px; margin: 0 auto; padding-inline: 24px }
  .bar1 { display: flex; flex-wrap: wrap; align-items: center; gap: 10px 20px; padding-block: 12px 8px }
  .bar2 { display: flex; flex-wrap: wrap; align-items: center; gap: 0 20px }
  .brand { display: inline-flex; align-items: center; gap: 9px; font-weight: 640; font-size: 15px; color: inherit; letter-spacing: -.01em; white-space: nowrap }
  .brand:hover { text-decoration: none }
  .brand svg { color: var(--accent) }
  .find { flex: 1 1 260px; max-width: 460px; form { margin: 0 } }
  input, button, select { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--edge); border-radius: 7px; padding: 5px 11px; min-height: 34px }
  --edge: light-dark(#8a8f94, #6c757f);
  .find input { width: 100%; text-overflow: ellipsis }
  ::placeholder { color: var(--muted); opacity: 1 }
  button { cursor: pointer; white-space: nowrap; background: var(--raised); border-color: var(--line) }
  button:hover { background: var(--tint) }
  button[aria-pressed=true]::before { content: "●"; color: var(--ok); margin-right: 6px; font-size: 10px; vertical-align: 1px }
  button[aria-pressed=false]::before { content: "○"; color: var(--muted); margin-right: 6px; font-size: 10px; vertical-align: 1px }
  .tools { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-left: auto }
  .clock { font-size: 13px; color: var(--muted); font-variant-numeric: tabular-nums; white-space: nowrap }
  .menu { display: flex; flex-wrap: wrap; gap: 0 2px }
  .menu a { display: block; padding: 8px 12px 9px; color: var(--muted); border-bottom: 2px solid transparent; margin-bottom: -1px }
  .menu a:hover { color: var(--ink); text-decoration: none }
  .menu a[aria-current] { color: var(--ink); font-weight: 560; border-bottom-color: var(--accent) }
  .tenants { display: flex; flex-wrap: wrap; align-items: center; gap: 2px; margin-left: auto; font-size: 13px; color: var(--muted) }
  .tenants > span:first-child { margin-right: 4px }
  .tenants a { padding: 3px 10px; border-radius: 12px; color: var(--muted) }
  .tenants a:hover { background: var(--tint); text-decoration: none }
  .tenants a[aria-current] { background: var(--tint); color: var(--ink); font-weight: 560 }
  main { padding-block: 24px 48px; min-height: 60vh }
  main:focus { outline: none }
  footer { padding-block: 16px 28px; font-size: 12.5px; color: var(--muted); border-top: 1px solid var(--line) }
  footer a { color: inherit; text-decoration: underline; text-underline-offset: 3px }
  .skip { position: absolute; left: 8px; top: -60px; padding: 8px 14px; background: var(--raised); border-radius: 6px; z-index: 2 }
  .skip:focus { top: 8px }
  #gone { max-width: 1280px; margin: 0 auto; padding: 10px 24px; font-weight: 560; color: var(--bad); border-top: 3px solid var(--bad) }
  &.stale main, &.stale .clock { opacity: .55; filter: grayscale(1) }
  &.stale #live::before { color: var(--bad) }
  .act { display: flex; flex-wrap: wrap; align-items: end; gap: 12px 16px; margin: 16px 0; padding: 14px 16px; background: var(--raised); border: 1px solid var(--line); border-radius: 8px }
  .act label { display: grid; gap: 3px; font-size: 12.5px; color: var(--muted) }
  .act label > input, .act label > select { color: var(--ink); font-size: 14px }
  .act .why { flex: 1 1 280px }
  .act .check { display: flex; align-items: center; gap: 8px; flex: 1 1 100%; color: var(--ink); font-size: 14px }
  .act .check input { min-height: 0; width: 16px; height: 16px }
  .primary { background: var(--accent); border-color: var(--accent); color: var(--paper); font-weight: 560 }
  .primary:hover { background: var(--ink); border-color: var(--ink) }
  .download { display: flex; justify-content: flex-end; align-items: baseline; gap: 12px; margin: 3px 4px 0; font-size: 12px }
  .download a { color: var(--muted) }
  .download button { min-height: 0; padding: 0; border: 0; background: none; color: var(--muted); text-decoration: underline; text-underline-offset: 3px }
  .prose { max-width: 96ch; overflow-wrap: anywhere }
  .ask { display: flex; flex-wrap: wrap; gap: 8px; margin: 0 0 16px }
  .ask input[type=search] { flex: 1; max-width: 560px }
  #zone { margin: 0 }
  /* On paper: what is there, whole, and nothing to press. */
  @media print {
    color-scheme: light;
    .find, .tools button, #zone, .menu, .tenants, footer, .skip, .download, .acts, .choices, .pager, .ask, .by-hand, .act { display: none }
    .bar1, .bar2, main { max-width: none; padding-inline: 0 }
    main { padding-block: 12px 0 }
  }
  @media (max-width: 640px) {
    .bar1, .bar2, main, footer { padding-inline: 14px }
    .menu a { padding: 6px 9px 7px }
    .tenants { margin: 4px 0 8px }
  }
}
`;
