import type { RequestCounts } from '../count-requests.ts';
import type { LocalAddresses } from '../local-aws.ts';
import type { LocalClock } from '../local-clock.ts';
import type { ConsoleRoute } from './console-server.ts';
import { checkParts, type HealthCheck } from './get-healthz.ts';

export interface HomePage {
  addresses: LocalAddresses;
  checks: Record<string, HealthCheck>;
  counts: () => Promise<RequestCounts>;
  clock: LocalClock;
}

/** Says what runs, whether it is well, and how to go on. */
export function getHome({ addresses, checks, counts, clock }: HomePage): ConsoleRoute {
  return async () => {
    const parts = Object.entries(await checkParts(checks)).map(
      ([name, { ok, state }]) =>
        `<tr><th scope="row">${name}</th><td>${ok ? '✓ well' : '✗ failing'}</td><td>${asText(state)}</td></tr>`,
    );
    const data = await counts().then(
      ({ requests, tenants, stuck, retriesDue }) =>
        `${requests} requests of ${tenants} tenants, ${stuck} stuck, ${retriesDue} retries due.`,
      () => 'The database does not answer.',
    );
    const ahead = clock.aheadSeconds === 0 ? '' : `, ${clock.aheadSeconds} s ahead of this machine`;
    const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>PAGW event tracker</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse } th, td { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top }
pre { overflow-x: auto; padding: .5rem; border: 1px solid }
</style>
<h1>PAGW event tracker</h1>
<p>Local mode, no AWS account. ${data}</p>
<p>Clock: ${clock.now().toISOString()}${ahead}.</p>
<h2>Parts</h2>
<table><tbody>${parts.join('')}</tbody></table>
<h2>Go on</h2>
<pre>npm run pagw -- request list
curl --data-binary @events.ndjson ${addresses.console}/events
curl -d '{"advanceSeconds":900}' ${addresses.console}/clock</pre>
<p>Queue ${addresses.eventsQueueUrl}<br>Data API ${addresses.dataApi}</p>
</html>
`;
    return { status: 200, contentType: 'text/html; charset=utf-8', body };
  };
}

function asText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
