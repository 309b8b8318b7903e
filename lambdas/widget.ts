import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { canonicalTenant } from '../lib/domain/event-catalogue.ts';
import { viewNames } from '../lib/reports/place.ts';
import { readEnv, widgetEnv } from '../lib/runtime/env.ts';
import { deployed } from '../lib/runtime/flow-handler.ts';
import { openLogger } from '../lib/runtime/logger.ts';
import { openMetrics } from '../lib/runtime/metrics.ts';
import { agreeWithDatabase, type Clock, openDatabaseFromEnv } from '../lib/runtime/open-database.ts';
import { readRules } from '../lib/views/read-rules.ts';
import { drawWidget } from '../lib/views/widget/draw-widget.tsx';
import { readWidgetEvent } from '../lib/views/widget/widget-event.ts';

/** HTML for the dashboard; Markdown when it asks what the widget takes. */
export type WidgetAnswer = string | { markdown: string };

const DESCRIPTION = `## PAGW event tracker
Read-only. Parameters:

* **view**: ${viewNames.join(', ')}. Default: stuck.
* **id**: the request, for view \`request\`.
* **stage**, **reason**: filters of view \`stuck\`. **state**: of \`retries\`. **time**: 24h, 7d or 30d.

The tenant is set where the widget is deployed; only a widget of all tenants takes the parameter **tenant**.`;

/** Makes the widget handler: draws one view for a CloudWatch dashboard. */
export function createHandler(environment: NodeJS.ProcessEnv, clock: Clock) {
  const env = readEnv(widgetEnv, environment);
  const logger = openLogger('widget');
  const metrics = openMetrics('widget');
  const database = openDatabaseFromEnv(env);
  const agreedClock = agreeWithDatabase(clock, { database, logger, metrics });
  const rules = readRules(env);
  const tenant = env.WIDGET_TENANT === '*' ? null : canonicalTenant(env.WIDGET_TENANT);

  return middy<unknown, WidgetAnswer>()
    .use(injectLambdaContext(logger))
    .handler(async (event, context: Context) => {
      const question = readWidgetEvent(event, 'stuck');
      if (question.describe) return { markdown: DESCRIPTION };
      const functionArn = context.invokedFunctionArn;
      const now = (await agreedClock()).now();
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
      const { html, failure } = await drawWidget(question, {
        database,
        tenant,
        rules,
        now,
        functionArn,
      });
      if (failure !== null) logger.warn('view not shown', { view: question.view, code: failure.code });
      return html;
    });
}

/** The Lambda's entry. */
export const handler = deployed(createHandler);
