/**
 * A strict sanitiser: what it does not know it drops, and everything it keeps it rewrites. Markup that comes out as
 * it went in holds known elements and attributes only, closed in order, and text that no browser takes for markup.
 */
export function sanitiseHtml(html: string): string {
  const open: string[] = [];
  let clean = '';
  let at = 0;
  while (at < html.length) {
    const rest = html.slice(at, at + MOST_TAG);
    const element = START_TAG.exec(rest);
    const end = END_TAG.exec(rest);
    if (element !== null) {
      const [tag, name = '', attributes = ''] = element;
      at += tag.length;
      if (!ELEMENTS.has(name)) continue;
      clean += `<${name}${keptAttributes(attributes)}>`;
      if (name === 'style') {
        const css = html.slice(at, html.indexOf('</style>', at));
        at += css.length;
        clean += FORBIDDEN_CSS.test(css) ? '' : css;
      }
      if (!VOID.has(name)) open.push(name);
    } else if (end !== null) {
      const [tag, name = ''] = end;
      at += tag.length;
      if (open[open.length - 1] !== name) continue;
      open.pop();
      clean += tag;
    } else {
      const next = html.indexOf('<', at + 1);
      const text = html.slice(at, next === -1 ? html.length : next);
      at += text.length;
      clean += writeText(readText(text));
    }
  }
  return (
    clean +
    open
      .reverse()
      .map((name) => `</${name}>`)
      .join('')
  );
}

/** What a browser reads from text between tags. */
export function readText(text: string): string {
  return text.replace(/&(amp|lt|gt|quot);/g, (_, name: string) => NAMED[name] ?? '');
}

const MOST_TAG = 20_000;
const START_TAG = /^<([a-z][a-z0-9-]*)((?: [a-z][a-zA-Z0-9-]*(?:="[^"<>]*")?)*)>/;
const END_TAG = /^<\/([a-z][a-z0-9-]*)>/;
const ATTRIBUTE = / ([a-z][a-zA-Z0-9-]*)(?:="([^"<>]*)")?/g;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };
const VOID = new Set(['br', 'wbr']);
const FORBIDDEN_CSS = /@import|url\(|expression\(|javascript:|<|\\/i;
const ELEMENTS = new Set(
  `a bdi br caption code cwdb-action dd details div dl dt h1 h2 h3 li nav ol p pre section small span strong style
   summary table tbody td th thead time tr ul wbr svg circle g line path rect text title`.split(/\s+/),
);
const ATTRIBUTES = new Set(
  `class role tabindex title datetime scope colspan open aria-label aria-hidden aria-current data-theme
   action display endpoint d x y x1 x2 y1 y2 dx dy cx cy r rx width height text-anchor viewBox`.split(/\s+/),
);

function keptAttributes(attributes: string): string {
  let kept = '';
  for (const [, name = '', value] of attributes.matchAll(ATTRIBUTE)) {
    if (!ATTRIBUTES.has(name)) continue;
    kept +=
      value === undefined ? ` ${name}` : ` ${name}="${writeText(readText(value)).replaceAll('"', '&quot;')}"`;
  }
  return kept;
}

function writeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
