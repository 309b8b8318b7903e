import type { Context } from 'aws-lambda';
import { canonicalTenant } from '../lib/domain/event-catalogue.ts';
import { viewNames } from '../lib/reports/report.ts';
import { widgetEnv } from '../lib/runtime/env.ts';
import { deployed, flowHandler } from '../lib/runtime/flow-handler.ts';
import { readRules } from '../lib/views/view-page.ts';
import { drawWidget, readWidgetEvent } from '../lib/views/widget/draw-widget.tsx';

/** HTML for the dashboard; Markdown when it asks what the widget takes. */
export type WidgetAnswer = string | { markdown: string };

const DESCRIPTION = `## PAGW event tracker
Read-only. Parameters:

* **view**: ${viewNames.join(', ')}. Default: stuck.
* **id**: the request, for view \`request\`.
* **stage**, **reason**: filters of view \`stuck\`. **state**: of \`retries\`. **time**: 24h, 7d or 30d.

The tenant is set where the widget is deployed; only a widget of all tenants takes the parameter **tenant**.`;

/** Makes the widget handler: draws one view for a CloudWatch dashboard. */
export const createHandler = flowHandler('widget', widgetEnv, ({ env, database, logger, agreedClock }) => {
  const rules = readRules(env);
  const tenant = env.WIDGET_TENANT === '*' ? null : canonicalTenant(env.WIDGET_TENANT);

  return async (event: unknown, { invokedFunctionArn: functionArn }: Context): Promise<WidgetAnswer> => {
    const question = readWidgetEvent(event, 'stuck');
    if (question.describe) return { markdown: DESCRIPTION };
    const now = (await agreedClock()).now();
    const { html, failure } = await drawWidget(question, {
      ...{ database, tenant, rules, now, functionArn },
      stackName: env.STACK_NAME,
    });
    if (failure !== null) logger.warn('view not shown', { view: question.view, code: failure.code });
    return html;
  };
});

/** The Lambda's entry. */
export const handler = deployed(createHandler);
