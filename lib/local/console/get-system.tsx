import { toTracker } from '../../domain/printable-text.ts';
import { outcomeMarks } from '../../domain/words.ts';
import { MarkText } from '../../views/parts/data-text.tsx';
import { Table } from '../../views/parts/table.tsx';
import { type LocalAddresses, trackerOptionsAt } from '../local-environment.ts';
import { checkParts, type HealthCheck } from './api-routes.ts';
import { consoleLinks, consolePage } from './console-page.tsx';
import type { ConsoleRoute } from './console-server.ts';
import { type ConsoleViews, openShell } from './get-view.tsx';

export interface SystemPage {
  addresses: LocalAddresses;
  checks: Record<string, HealthCheck>;
  views: ConsoleViews;
}

/** Says what runs, whether it is well, and how to go on. */
export function getSystem({ addresses, checks, views }: SystemPage): ConsoleRoute {
  return async (request) => {
    const parts = Object.entries(await checkParts(checks)).map(([name, health]) => ({ name, ...health }));
    const body = (
      <section>
        <h1>System</h1>
        <p class="lead">Everything runs on this machine; no AWS account is touched.</p>
        <Table
          caption="Parts"
          rows={parts}
          links={consoleLinks}
          columns={[
            { name: 'Part', heads: true, cell: ({ name }) => name },
            {
              name: 'State',
              cell: ({ ok }) =>
                ok ? (
                  <MarkText {...outcomeMarks.done} word="well" />
                ) : (
                  <MarkText {...outcomeMarks.failed} word="failing" />
                ),
            },
            { name: 'Detail', cell: ({ state }) => state },
          ]}
        />
        <h2>Go on</h2>
        <pre tabindex={0}>
          {[
            `npm run pagw -- ${toTracker('stuck', trackerOptionsAt(addresses.port))}`,
            `curl --data-binary @events.ndjson ${addresses.console}/events`,
            `curl -d '{"advanceSeconds":900}' ${addresses.console}/clock`,
          ].join('\n')}
        </pre>
        <h2>Addresses</h2>
        <dl class="facts">
          <div>
            <dt>Events queue</dt>
            <dd class="mono">{addresses.eventsQueueUrl}</dd>
          </div>
          <div>
            <dt>Retry queue</dt>
            <dd class="mono">{addresses.retryQueueUrl}</dd>
          </div>
          <div>
            <dt>Data API</dt>
            <dd class="mono">{addresses.dataApi}</dd>
          </div>
          <div>
            <dt>PostgreSQL</dt>
            <dd class="mono">127.0.0.1:{addresses.postgresPort}</dd>
          </div>
        </dl>
      </section>
    );
    const shell = await openShell(views, request);
    const page = { ...shell, title: 'System', view: undefined, tenant: null, failed: false, children: body };
    return { status: 200, contentType: 'text/html; charset=utf-8', body: consolePage(page) };
  };
}
