import * as z from 'zod/mini';
import { type ViewName, viewNames } from '../../reports/place.ts';
import type { ViewParameters } from '../view-page.ts';

/** What CloudWatch calls a widget with: its parameters, as the dashboard's editors set them, and the context. */
const widgetEvent = z.looseObject({
  describe: z.optional(z.literal(true)),
  widgetContext: z._default(
    z.catch(z.looseObject({ theme: z.catch(z.enum(['light', 'dark']), 'light') }), { theme: 'light' }),
    { theme: 'light' },
  ),
});

export interface WidgetQuestion {
  describe: boolean;
  theme: 'light' | 'dark';
  /** Null: none of the views. */
  view: ViewName | null;
  parameters: ViewParameters;
}

/** Reads whatever comes; parameters are text, and anybody's. */
export function readWidgetEvent(event: unknown, otherwise: ViewName): WidgetQuestion {
  const { describe, widgetContext, ...given } = z
    .catch(widgetEvent, { widgetContext: { theme: 'light' } })
    .parse(event);
  const parameters = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      if (typeof value === 'string') return [[name, value]];
      return typeof value === 'number' ? [[name, String(value)]] : [];
    }),
  );
  const wanted = parameters.view ?? otherwise;
  const view = viewNames.find((name) => name === wanted) ?? null;
  return { describe: describe === true, theme: widgetContext.theme, view, parameters };
}
