import { readFileSync } from 'node:fs';
import { consolePage } from './console-page.tsx';
import type { ConsoleRoute } from './console-server.ts';
import { type ConsoleViews, openShell } from './get-view.tsx';

const RUNBOOK = new URL('../../../docs/runbook.md', import.meta.url);

/** docs/runbook.md as it is written, a section each to link to. */
export function getRunbook(views: ConsoleViews): ConsoleRoute {
  return async () => {
    const [head = '', ...sections] = readFileSync(RUNBOOK, 'utf8').split(/^## /m);
    const children = (
      <section>
        <h1>Runbook</h1>
        <pre tabindex={0}>{head.replace(/^# .*\n+/, '')}</pre>
        {sections.map((section) => {
          const [name = '', ...lines] = section.split('\n');
          return (
            <>
              <h2 id={name.trim()}>{name}</h2>
              <pre tabindex={0}>{lines.join('\n').trim()}</pre>
            </>
          );
        })}
      </section>
    );
    const shell = await openShell(views, '');
    const page = { ...shell, title: 'Runbook', view: undefined, tenant: null, failed: false, children };
    return { status: 200, contentType: 'text/html; charset=utf-8', body: consolePage(page) };
  };
}
