import type { ActName } from '../domain/next-step.ts';

/** The pages of the console, which are the widget's views too, in the order of their menu. */
export const viewNames = [
  'overview',
  'stuck',
  'retries',
  'deadlines',
  'flow',
  'latency',
  'distribution',
  'incidents',
  'incident',
  'rejected',
  'rejection',
  'search',
  'failures',
  'request',
] as const;
/** Those that are reached from others only. */
const unlisted: readonly string[] = ['incident', 'rejection', 'request', 'search', 'failures'];
export const menuViews = viewNames.filter((view) => !unlisted.includes(view));
export type ViewName = (typeof viewNames)[number];

/** Where a link leads. */
export interface Place {
  view: ViewName;
  parameters?: { readonly [name: string]: string | null | undefined };
}

/** What an act is aimed at. */
export interface ActPlace {
  act: ActName;
  fields: { readonly [name: string]: string | null | undefined };
}
