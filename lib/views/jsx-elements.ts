import type { Child } from './jsx-runtime.ts';

type Length = number | string;

interface Attributes {
  children?: Child;
  id?: string | undefined;
  class?: string | undefined;
  title?: string | undefined;
  role?: string | undefined;
  style?: string | undefined;
  hidden?: boolean | undefined;
  lang?: string;
  dir?: 'auto' | 'ltr' | 'rtl';
  tabindex?: number;
}

interface Shape extends Attributes {
  x?: Length;
  y?: Length;
  width?: Length;
  height?: Length;
  rx?: number;
  fill?: string;
}

/** Every element a view may consist of: what is not listed does not compile, and is refused when rendered. */
export interface Elements {
  html: Attributes;
  head: Attributes;
  meta: Attributes & { charset?: string; name?: string; content?: string };
  /** The console's one script; no view has any. */
  script: { src: string };
  style: { children?: string };
  body: Attributes;
  header: Attributes;
  nav: Attributes;
  main: Attributes;
  footer: Attributes;
  section: Attributes;
  search: Attributes;
  div: Attributes;
  h1: Attributes;
  h2: Attributes;
  h3: Attributes;
  p: Attributes;
  pre: Attributes;
  code: Attributes;
  span: Attributes;
  strong: Attributes;
  small: Attributes;
  bdi: Attributes;
  wbr: Attributes;
  br: Attributes;
  abbr: Attributes;
  time: Attributes & { datetime: string };
  ul: Attributes;
  ol: Attributes;
  li: Attributes;
  dl: Attributes;
  dt: Attributes;
  dd: Attributes;
  details: Attributes & { open?: boolean };
  summary: Attributes;
  table: Attributes;
  caption: Attributes;
  thead: Attributes;
  tbody: Attributes;
  tr: Attributes;
  th: Attributes & { scope: 'col' | 'row'; colspan?: number };
  td: Attributes & { colspan?: number };
  a: Attributes & { href?: string | undefined; download?: string };
  button: Attributes & { type: 'submit' | 'button' };
  form: Attributes & { action: string; method: 'get' | 'post' };
  label: Attributes & { for?: string };
  input: Attributes & {
    type: 'search' | 'hidden' | 'text' | 'number' | 'checkbox';
    name: string;
    value?: string | number | undefined;
    min?: number;
    max?: number;
    placeholder?: string;
    required?: boolean;
    maxlength?: number;
    autocomplete?: string;
    spellcheck?: 'false';
    list?: string;
  };
  datalist: Attributes & { id: string };
  select: Attributes & { name: string; required?: boolean };
  option: Attributes & { value: string | number; selected?: boolean };
  svg: Shape & { viewBox?: string; preserveAspectRatio?: string; focusable?: 'false' };
  g: Shape & { transform?: string };
  rect: Shape;
  circle: Shape & { cx: Length; cy: Length; r: Length };
  line: Shape & { x1: Length; y1: Length; x2: Length; y2: Length };
  path: Shape & { d: string };
  text: Shape & { 'text-anchor'?: 'start' | 'middle' | 'end'; dx?: Length; dy?: Length };
  /** In the head the document's, within SVG the tooltip and the name of what it stands in. */
  title: Attributes;
  /** CloudWatch: what a click on the element before it does. Its text is the parameters as JSON. */
  'cwdb-action': Attributes & {
    action: 'call' | 'html';
    display: 'widget' | 'popup';
    endpoint?: string;
  };
}
