/** The console's frame around the views; the views' own style sheet gives the colours. */
export const consoleStyle = `
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
