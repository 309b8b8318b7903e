import type { Elements } from './jsx-elements.ts';

/** Markup that is safe to send. Only the JSX runtime makes it, so every text in it went through one of the two below. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
  toString(): string {
    return this.markup;
  }
}

/** What may stand between two tags; text is escaped, null, undefined and booleans are nothing. */
export type Child = Html | string | number | boolean | null | undefined | readonly Child[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters, halves of surrogate pairs and non-characters: no HTML may hold them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g;

/** Text as it may stand between tags. */
function escapeText(text: string): string {
  return printable(text).replace(/[&<>]/g, (character) => ENTITIES[character] ?? '');
}

/** Text as it may stand between double quotes, which every attribute gets. */
function escapeAttribute(text: string): string {
  return printable(text).replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}

function printable(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, '\ufffd');
}

function toMarkup(child: Child): string {
  if (child instanceof Html) return child.markup;
  if (typeof child === 'string') return escapeText(child);
  if (typeof child === 'number') return String(child);
  if (child === null || child === undefined || typeof child === 'boolean') return '';
  let markup = '';
  for (const part of child) markup += toMarkup(part);
  return markup;
}

export declare namespace JSX {
  type Element = Html;
  type ElementType = keyof Elements | ((props: never) => Html);
  interface IntrinsicElements extends Elements {}
  interface ElementChildrenAttribute {
    children: unknown;
  }
}

type Props = Readonly<Record<string, unknown>> & { readonly children?: Child };
type Component = (props: Props) => Html;

const VOID_ELEMENTS = new Set(['meta', 'br', 'wbr', 'input']);
const ELEMENT_NAME = /^[a-z][a-z0-9-]*$/;
const ATTRIBUTE_NAME = /^[a-z][a-zA-Z0-9-]*$/;
const ADDRESS_ATTRIBUTES = new Set(['href', 'src', 'action']);
/** Within this site, or another one over HTTP; `javascript:` and `data:` are neither. */
const SAFE_ADDRESS = /^(?:[/#?](?!\/)|https?:\/\/)/;

/** What JSX compiles to. Text and attribute values are escaped; there is no way to pass markup as text. */
export function jsx(type: string | Component, props: Props): Html {
  if (typeof type === 'function') return type(props);
  if (!ELEMENT_NAME.test(type)) throw new TypeError('An element needs a plain lower-case name.');
  const { children, ...attributes } = props;
  const start = `<${type}${toAttributes(type, attributes)}>`;
  if (VOID_ELEMENTS.has(type)) return new Html(start);
  if (type === 'style') return new Html(`${start}${toStyle(children)}</style>`);
  if (type === 'script') return new Html(`${start}</script>`);
  return new Html(`${start}${toMarkup(children)}</${type}>`);
}

/** `jsxs`: of several children; `jsxDEV`: what test runners ask for. */
export { jsx as jsxDEV, jsx as jsxs };

export function Fragment({ children }: { children?: Child }): Html {
  return new Html(toMarkup(children));
}

function toAttributes(type: string, attributes: Readonly<Record<string, unknown>>): string {
  let markup = '';
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (!ATTRIBUTE_NAME.test(name) || /^on/i.test(name)) {
      throw new TypeError(`<${type}> may not have an attribute of this name; views hold no scripts.`);
    }
    if (value === true) {
      markup += ` ${name}`;
      continue;
    }
    const text = String(value);
    // `action` of cwdb-action is a word, not an address.
    if (ADDRESS_ATTRIBUTES.has(name) && type !== 'cwdb-action' && !SAFE_ADDRESS.test(text)) {
      throw new TypeError(`<${type} ${name}> must stay on this site or be an http address.`);
    }
    markup += ` ${name}="${escapeAttribute(text)}"`;
  }
  return markup;
}

/** CSS is not escaped in HTML, so what could end the element early is refused. */
function toStyle(children: Child): string {
  if (typeof children !== 'string' || children.includes('<')) {
    throw new TypeError('A style sheet is one text without "<".');
  }
  return children;
}
