import type { Html } from '../../views/jsx-runtime.ts';
import { wallClock, type Zone } from '../../views/parts/time-text.tsx';
import type { ConsoleResponse, ConsoleRoute } from './console-server.ts';
import { RequestError } from './read-body.ts';

/** Whoever looks at the console sits before the machine that serves it. */
const MACHINE_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const YEAR_SECONDS = 365 * 24 * 3_600;

/** Cookies know no ports: each console of this machine has its own. */
function cookieName(port: number): string {
  return `pagw-zone-${port}`;
}

/** Whose clocks a reader chose; UTC when nothing was chosen, or something that no clock shows. */
export function readZone(cookies: string, port: number): Zone {
  const start = `${cookieName(port)}=`;
  const given = cookies.split('; ').find((cookie) => cookie.startsWith(start));
  const zone = given?.slice(start.length) ?? '';
  return isZone(zone) ? zone : 'UTC';
}

/** Keeps the choice, and goes back to where it was made. */
export const postZone: ConsoleRoute = ({ body, port }): ConsoleResponse => {
  const fields = new URLSearchParams(body);
  const zone = fields.get('zone') ?? '';
  if (!isZone(zone))
    throw new RequestError(400, 'BAD_ZONE', 'Send zone=UTC, or a zone such as Europe/Berlin.');
  const back = fields.get('back') ?? '';
  return {
    status: 303,
    contentType: 'text/plain; charset=utf-8',
    body: '',
    headers: {
      location: /^\/(?![/\\])[\x20-\x7e]*$/.test(back) ? back : '/',
      'set-cookie': `${cookieName(port)}=${zone}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${YEAR_SECONDS}`,
    },
  };
};

function isZone(zone: string): boolean {
  if (!/^[A-Za-z0-9_+/-]{1,64}$/.test(zone)) return false;
  try {
    wallClock(new Date(0), zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * To the reader's own clocks and back to UTC, by a form. Its zone is this machine's; the page's script puts the
 * browser's in its place.
 */
export function ZoneForm({ zone, back }: { zone: Zone; back: string }): Html {
  const other = zone === 'UTC' ? MACHINE_ZONE : 'UTC';
  return (
    <form action="/zone" method="post" id="zone" hidden={other === zone}>
      <input type="hidden" name="back" value={back} />
      <input type="hidden" name="zone" value={other} />
      <button type="submit">{zone === 'UTC' ? 'Local time' : 'UTC'}</button>
    </form>
  );
}
