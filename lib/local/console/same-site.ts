import type { IncomingMessage } from 'node:http';
import { RequestError } from './request-error.ts';

const OWN_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * A web page of another site can make the browser call this server, by its address or by a name of its own that
 * points here. Both show: in the Host header, and in Origin and Sec-Fetch-Site.
 * @throws RequestError 403
 */
export function refuseOtherSites({ headers, method }: IncomingMessage): void {
  if (!OWN_NAMES.has(nameOf(`http://${headers.host ?? ''}`))) {
    throw new RequestError(403, 'FOREIGN_HOST', 'This server answers to localhost and 127.0.0.1 only.');
  }
  if (method === 'GET' || method === 'HEAD') return;
  const origin = headers.origin;
  const foreign =
    origin !== undefined &&
    (!OWN_NAMES.has(nameOf(origin)) || portOf(origin) !== portOf(`http://${headers.host}`));
  if (foreign || headers['sec-fetch-site'] === 'cross-site') {
    throw new RequestError(403, 'FOREIGN_ORIGIN', 'Pages of other sites may not write here.');
  }
}

function nameOf(address: string): string {
  return URL.parse(address)?.hostname ?? '';
}

function portOf(address: string): string {
  return URL.parse(address)?.port ?? '';
}
