import type { Child, Html } from './html.ts';

export const viewNames = [
  'overview',
  'stuck',
  'retries',
  'deadlines',
  'latency',
  'distribution',
  'incidents',
  'rejected',
  'search',
  'failures',
  'request',
] as const;
export type ViewName = (typeof viewNames)[number];

/** What a view is asked for: plain words, as they stand in an address or in a widget's parameters. */
export type ViewParameters = Readonly<Record<string, string>>;

/** Where a link leads. */
export interface Place {
  view: ViewName;
  parameters?: { readonly [name: string]: string | null | undefined };
}

export interface LinkOptions {
  class?: string | undefined;
  /** The page that is shown. */
  current?: boolean;
}

/** How a shell leads from view to view. */
export interface Links {
  link(place: Place, label: Child, options?: LinkOptions): Html;
}

/** What every view needs beside its data. */
export interface ViewContext {
  now: Date;
  /** Null: all of them. */
  tenant: string | null;
  links: Links;
  /** How much one view may show. A widget's answer is small; a page's is not. */
  limits: ViewLimits;
}

export interface ViewLimits {
  groups: number;
  requests: number;
  events: number;
}
