import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { openDatabase } from '../../lib/data-access/database.ts';
import {
  LOCAL_CLUSTER_ARN,
  LOCAL_CREDENTIALS,
  LOCAL_DATABASE,
  LOCAL_REGION,
  LOCAL_SECRET_ARN,
} from '../../lib/local/local-environment.ts';
import { readRules } from '../../lib/views/view-page.ts';
import { drawWidget, readWidgetEvent } from '../../lib/views/widget/draw-widget.tsx';

/** A page with nothing on it but a widget, drawn from a running local stack. */
export async function drawWidgetPage(consoleUrl: string, event: Record<string, unknown>): Promise<string> {
  const { hostname, port } = new URL(consoleUrl);
  const client = new RDSDataClient({
    endpoint: `http://${hostname}:${Number(port) + 1}`,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  const target = { resourceArn: LOCAL_CLUSTER_ARN, secretArn: LOCAL_SECRET_ARN, database: LOCAL_DATABASE };
  const health = await fetch(consoleUrl);
  const now = new Date(/<time datetime="([^"]+)"/.exec(await health.text())?.[1] ?? Date.now());
  const { html } = await drawWidget(readWidgetEvent(event, 'stuck'), {
    database: openDatabase(client, target),
    tenant: 'anthem',
    rules: readRules({}),
    now,
    functionArn: `arn:aws:lambda:${LOCAL_REGION}:000000000000:function:pagw-widget`,
  });
  client.destroy();
  return `<!doctype html><html lang="en"><title>Widget</title><body style="margin:0"><main>${html}</main></body></html>`;
}
