import { readFileSync } from 'node:fs';
import type { ConsoleRoute } from './console-server.ts';

const SCRIPT = readFileSync(new URL('./console.js', import.meta.url), 'utf8');

/** The pages' one script. */
export const getScript: ConsoleRoute = () => ({
  status: 200,
  contentType: 'text/javascript; charset=utf-8',
  body: SCRIPT,
});
