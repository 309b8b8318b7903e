/**
 * How every view looks, in both shells: inlined, system fonts, nothing to fetch. All of it below `.pagw`, for a widget
 * shares its page with others. Colours are pairs of light and dark; text keeps 4.5:1 on both papers.
 */
export const styleSheet = `
.pagw {
  --paper: light-dark(#fbfaf8, #14171a);
  --raised: light-dark(#ffffff, #1b1f24);
  --tint: light-dark(#f3f2ee, #20252b);
  --line: light-dark(#e3e1da, #2e343b);
  --ink: light-dark(#1e2429, #e5e8eb);
  --muted: light-dark(#59636d, #a0aab5);
  --accent: light-dark(#0f5aa8, #8dbaf4);
  --ok: light-dark(#17703d, #66ca8f);
  --bad: light-dark(#b1241c, #ff958c);
  --busy: light-dark(#1d62b5, #86b6f7);
  --retry: light-dark(#693cae, #bfa5f8);
  --warn: light-dark(#855000, #e8b660);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  text-align: left;

  &[data-theme=light] { color-scheme: light }
  &[data-theme=dark] { color-scheme: dark }
  *, *::before, *::after { box-sizing: border-box }

  h1 { font-size: 22px; font-weight: 620; line-height: 1.25; letter-spacing: -.01em; margin: 0 0 2px; color: inherit }
  h2 { font-size: 15px; font-weight: 620; margin: 32px 0 8px; color: inherit }
  h1.request-id { font-size: 19px; letter-spacing: 0; overflow-wrap: anywhere }
  p { margin: 0 0 8px }
  ul, ol, dl, dd { margin: 0; padding: 0; list-style: none }
  code, .mono { font-family: var(--mono); font-size: .93em; overflow-wrap: break-word }
  pre { font-family: var(--mono); font-size: 13px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; padding: 12px 14px; background: var(--raised); border: 1px solid var(--line); border-radius: 8px }
  a { color: var(--accent); text-decoration: none; cursor: pointer }
  a:hover, p a, .caution a { text-decoration: underline; text-underline-offset: 3px }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px }
  .muted, .none, .lead { color: var(--muted) }
  .lead { margin-bottom: 16px }
  .num { font-variant-numeric: tabular-nums }
  .aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
  .heading { display: flex; align-items: baseline; gap: 12px; margin: 32px 0 8px }
  .heading h2 { margin: 0 }

  .ok { color: var(--ok) } .bad, .bad-text { color: var(--bad) } .busy { color: var(--busy) }
  .retry { color: var(--retry) } .warn { color: var(--warn) } .quiet { color: var(--muted) }
  .mark { white-space: nowrap; font-size: 12.5px; font-weight: 560 }
  .badge { display: inline-block; margin-left: 6px; padding: 0 6px; border: 1px solid currentColor; border-radius: 9px; font-size: 11.5px; line-height: 16px; white-space: nowrap; color: var(--muted) }
  .badge.warn { color: var(--warn) }

  .scroll { overflow-x: auto; background: var(--raised); border: 1px solid var(--line); border-radius: 8px; position: relative }
  table { width: 100%; border-collapse: collapse; font-size: 13.5px; background: none; color: inherit }
  th, td { padding: 8px 14px; text-align: left; vertical-align: top; border: 0; background: none; color: inherit }
  thead th { font-size: 12px; font-weight: 520; color: var(--muted); white-space: nowrap; padding-block: 9px 7px; border-bottom: 1px solid var(--line) }
  thead td { padding: 0; border-bottom: 1px solid var(--line) }
  td.wide { width: 24%; min-width: 110px; svg { margin-block: 3px } }
  td.wide:has(.path) { width: 36% }
  tbody th { font-weight: inherit }
  tbody tr + tr > * { border-top: 1px solid var(--line) }
  tbody tr:hover > * { background: var(--tint) }
  th.num, td.num { text-align: right; white-space: nowrap }
  td time, th time, th .mono, td .mono { white-space: nowrap }
  .count { font-size: 17px; font-weight: 620; line-height: 1.2 }
  .cause { color: var(--muted) }
  .detail { font-size: 12.5px; color: var(--muted) }
  .samples { font-size: 12.5px; white-space: nowrap }
  .fields { display: flex; flex-wrap: wrap; gap: 0 12px; font-size: 12.5px; color: var(--muted) }

  .empty { padding: 22px 16px; color: var(--muted); border: 1px dashed var(--line); border-radius: 8px; text-align: center }
  .caution { display: flex; gap: 8px; padding: 9px 14px; margin: 12px 0; font-size: 13.5px; border-radius: 8px; background: var(--tint); border-left: 3px solid var(--warn) }
  .caution > span:first-child { color: var(--warn) }
  .failure { max-width: 620px; margin: 24px 0; padding: 18px 22px; background: var(--raised); border: 1px solid var(--line); border-left: 3px solid var(--bad); border-radius: 8px }
  .failure p:last-child { margin: 0 }
  .failure-message { font-size: 17px; font-weight: 620 }

  .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); gap: 12px }
  .figure { display: block; height: 100%; padding: 12px 16px 13px; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: 8px }
  .figure:hover { text-decoration: none; background: var(--tint) }
  .figure > span { display: block }
  .figure-name { font-size: 12.5px; color: var(--muted) }
  .figure-value { font-size: 30px; font-weight: 600; line-height: 1.25; letter-spacing: -.02em; font-variant-numeric: tabular-nums }
  .figure-detail { font-size: 12.5px; color: var(--muted) }
  .figure.quiet .figure-value { color: var(--muted); font-weight: 450 }
  .figure.bad { box-shadow: inset 0 3px var(--bad); .figure-value { color: var(--bad) } }
  .figure.warn { box-shadow: inset 0 3px var(--warn); .figure-value { color: var(--warn) } }
  .figure.retry { box-shadow: inset 0 3px var(--retry); .figure-value { color: var(--retry) } }

  .todo { margin: 18px 0; padding: 14px 18px 16px; background: var(--raised); border: 1px solid var(--line); border-left: 3px solid var(--accent); border-radius: 8px }
  .todo h2 { margin: 0 0 4px }
  .acts { display: flex; flex-wrap: wrap; gap: 8px; margin: 10px 0 12px }
  a.button { display: inline-block; padding: 5px 13px; border: 1px solid var(--edge, var(--muted)); border-radius: 7px; color: var(--ink); background: var(--paper); text-decoration: none }
  a.button:first-child { border-color: var(--accent); background: var(--accent); color: var(--paper); font-weight: 560 }
  a.button:hover { background: var(--tint); color: var(--ink) }
  .todo .mono { overflow-wrap: anywhere }
  .standing { font-size: 15px; margin: 6px 0 14px; .mark { font-size: 14px } }
  .facts { display: flex; flex-wrap: wrap; gap: 10px 32px; font-size: 13.5px }
  .facts dt { font-size: 12px; color: var(--muted) }

  .gantt { display: grid; grid-template-columns: max-content minmax(0, 1fr); column-gap: 14px; padding: 10px 14px; background: var(--raised); border: 1px solid var(--line); border-radius: 8px }
  .gantt-stages { padding-top: 26px; font-size: 12.5px }
  .gantt-stages > div { height: 30px; line-height: 30px; white-space: nowrap }
  .gantt-stages .side, .gantt-stages .ghost { color: var(--muted) }
  svg { display: block; overflow: hidden; font: 11.5px system-ui, sans-serif }
  svg text { fill: var(--muted); font-variant-numeric: tabular-nums }
  .lane { fill: none }
  .lane.odd { fill: var(--ink); fill-opacity: .025 }
  .tick { stroke: var(--line) }
  .bar { fill: currentColor; stroke: currentColor; stroke-width: 1.5 }
  .bar.open { fill-opacity: .28; stroke-dasharray: 4 3 }
  svg .bar-mark { fill: currentColor; font-weight: 600; paint-order: stroke; stroke: var(--raised); stroke-width: 5px }
  .point { stroke: currentColor; stroke-width: 3 }
  .bar-ghost { fill: none; stroke: var(--muted); stroke-dasharray: 3 3 }
  .wait { stroke: var(--muted); stroke-width: 8; stroke-dasharray: 1 4; stroke-opacity: .75 }
  .wait.retry { stroke: var(--retry) }
  .shortened { fill: var(--ink); fill-opacity: .045 }
  .now { stroke: var(--accent); stroke-width: 1.5 }
  svg .now-label { fill: var(--accent); font-weight: 600 }
  .rail { fill: var(--line) }
  .fill { fill: currentColor }
  .reach { stroke: currentColor; stroke-width: 1.5; stroke-opacity: .7 }
  .middle { stroke: var(--ink); stroke-width: 2 }
  .spark path { fill: none; stroke: var(--busy); stroke-width: 1.5 }
  .spark circle { fill: var(--busy) }
  .stage { fill: var(--raised); stroke: currentColor; stroke-width: 1.2 }
  svg .stage-name { fill: var(--ink); font-weight: 600 }
  .hand-over { fill: none; stroke: currentColor; stroke-opacity: .6 }
  .hand-over.back { stroke-dasharray: 5 3 }
  .hand-over-head { fill: currentColor }
  svg .hand-over-label { fill: var(--ink); paint-order: stroke; stroke: var(--raised); stroke-width: 4px }
  .flow-map { margin: 8px auto }
  .path { display: flex; flex-wrap: wrap; gap: 0 4px; font-size: 12.5px }
  .path li + li::before { content: "→ "; color: var(--muted) }
  .path .leaves { font-weight: 620 }
  .loads { display: grid; grid-template-columns: repeat(auto-fill, minmax(max(230px, 22%), 1fr)); gap: 12px }
  .load { padding: 10px 14px 12px; background: var(--raised); border: 1px solid var(--line); border-radius: 8px; break-inside: avoid }
  .load-name, .load-figure { font-size: 12.5px }
  .load-figure { min-height: 38px }
  .load-chart path { fill: none; stroke: var(--muted); stroke-width: 1.2; vector-effect: non-scaling-stroke }
  .load-chart .now-line { stroke: var(--busy); stroke-width: 2 }
  .load-chart .before { stroke-dasharray: 5 3 }
  .load-chart .long-before { stroke-dasharray: 1 3 }
  .now-key, .before-key, .long-key { height: 0; vertical-align: 4px; border-top: 2px solid var(--busy) }
  .before-key { border-top: 1.5px dashed var(--muted) }
  .long-key { border-top: 1.5px dotted var(--muted) }
  .gap { height: 12px }
  .counts .gantt-stages { padding-top: 0 }
  .counts .gantt-stages > div { height: 24px; line-height: 24px }
  .choices { display: flex; flex-wrap: wrap; gap: 4px; margin: 0 0 16px; font-size: 13px }
  .choices a { padding: 4px 12px; border: 1px solid var(--line); border-radius: 14px; color: var(--muted); background: var(--raised) }
  .choices a:hover { color: var(--ink); text-decoration: none }
  .choices a[aria-current] { background: var(--ink); border-color: var(--ink); color: var(--paper) }
  .pager { margin-top: 12px }
  h3 { font-size: 13.5px; font-weight: 620; margin: 20px 0 8px; color: inherit }

  .legend { margin-top: 8px; font-size: 12.5px; color: var(--muted) }
  .key { display: inline-block; width: 18px; height: 9px; margin: 0 4px 0 12px; vertical-align: 0 }
  .key:first-child { margin-left: 0 }
  .wait-key { background: repeating-linear-gradient(90deg, var(--muted) 0 1px, transparent 1px 5px) }
  .ghost-key { border: 1px dashed var(--muted); border-radius: 2px }
  .short-key { background: color-mix(in srgb, var(--ink) 10%, transparent) }

  @media (max-width: 1100px) { th, td { padding-inline: 9px } }
  @media print {
    color-scheme: light;
    background: none;
    .scroll { overflow: visible; border: 0 }
    table { width: 100%; min-width: 0; font-size: 11px }
    thead { display: table-header-group }
    tr, .figure, .load, .todo, .gantt { break-inside: avoid }
    th, td { max-width: none; padding: 4px 8px }
    .detail, .mark, .badge, .fields, .samples { font-size: 10.5px }
    thead th, .samples, th .mono, td .mono { white-space: normal }
    th, td { overflow-wrap: break-word }
    /* A code stays in one piece, unless it is as long as none should be. */
    th .mono, td .mono { display: inline-block; max-width: 30ch }
    td .fields .mono { display: inline; max-width: none }
    td .fields, td .fields .mono { overflow-wrap: anywhere }
    a { color: inherit; text-decoration: none }
    .flow-map { max-width: 100%; height: auto }
  }
  @media (forced-colors: active) { .bar, .wait, .key { forced-color-adjust: none } }
  /* Names stand above their bars, tables as wide as they need: they scroll within themselves. */
  @media (max-width: 640px) {
    .gantt { grid-template-columns: minmax(0, 1fr) }
    .gantt > * { grid-area: 1 / 1 }
    .gantt-stages { z-index: 1; padding-top: 23px; pointer-events: none; font-size: 9.5px }
    .gantt-stages > div { line-height: 10px }
    svg .fine { display: none }
    table { width: max-content; min-width: 100% }
    th, td { max-width: 260px }
    td.wide { max-width: 110px }
    td.wide:has(.path) { max-width: 420px; min-width: 340px }
  }
}
`;
