import { readFileSync } from 'node:fs';
import type { ConsoleRoute } from './console-server.ts';

const SCRIPT = readFileSync(new URL('./console.js', import.meta.url), 'utf8');

/** The pages' one script. */
export const getScript: ConsoleRoute = () => ({
  status: 200,
  contentType: 'text/javascript; charset=utf-8',
  body: SCRIPT,
});

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" fill="#2f74c0"><rect x="1" y="3" width="9" height="3.4" rx="1.7"/><rect x="6" y="8.3" width="8" height="3.4" rx="1.7"/><rect x="11" y="13.6" width="8" height="3.4" rx="1.7"/></svg>`;

/** The browser tab's icon: the mark of the header. */
export const getIcon: ConsoleRoute = () => ({ status: 200, contentType: 'image/svg+xml', body: ICON });
