import type { IncomingMessage } from 'node:http';

/** Why a call is not answered; to be sent with status 403. */
export interface Refusal {
  code: 'FOREIGN_HOST' | 'FOREIGN_ORIGIN' | 'FORM_CONTENT';
  message: string;
}

type Call = Pick<IncomingMessage, 'headers' | 'method'>;

const OWN_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Browsers send these to any site without asking it first. */
const FORM_TYPES = /^(text\/plain|multipart\/form-data|application\/x-www-form-urlencoded)\b/i;

/**
 * For a port with pages of its own. A web page of another site can make the browser call it, by its address or by a
 * name of the site's own that points here. Both show: in the Host header, and in Origin and Sec-Fetch-Site.
 */
export function refuseOtherSites({ headers, method }: Call): Refusal | undefined {
  const refusal = refuseOtherNames(headers.host);
  if (refusal !== undefined || method === 'GET' || method === 'HEAD') return refusal;
  const { origin } = headers;
  const isForeign =
    origin !== undefined &&
    (!OWN_NAMES.has(nameOf(origin)) || portOf(origin) !== portOf(`http://${headers.host}`));
  const site = headers['sec-fetch-site'] ?? 'none';
  if (!isForeign && (site === 'none' || site === 'same-origin')) return undefined;
  return { code: 'FOREIGN_ORIGIN', message: 'Pages of other sites may not write here.' };
}

/**
 * For a port that programs alone call: no page has any business there. What a browser too old to name the page may
 * send is what a form can send; a program's call is signed, or says that its body is JSON.
 */
export function refusePages({ headers, method }: Call): Refusal | undefined {
  const refusal = refuseOtherNames(headers.host);
  if (refusal !== undefined) return refusal;
  const site = headers['sec-fetch-site'] ?? 'none';
  if (headers.origin !== undefined || site !== 'none') {
    return {
      code: 'FOREIGN_ORIGIN',
      message: 'Web pages may not call this port; programs of this machine may.',
    };
  }
  if (method !== 'POST' || headers.authorization !== undefined) return undefined;
  if (headers['content-type'] !== undefined && !FORM_TYPES.test(headers['content-type'])) return undefined;
  return {
    code: 'FORM_CONTENT',
    message: 'What a web form could send is refused; sign the call, or give its JSON content type.',
  };
}

/** As browsers and programs write it: no userinfo, no path, no other way to spell the address. */
const OWN_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

function refuseOtherNames(host: string | undefined): Refusal | undefined {
  if (OWN_HOST.test(host ?? '')) return undefined;
  return { code: 'FOREIGN_HOST', message: 'This server answers to localhost and 127.0.0.1 only.' };
}

function nameOf(address: string): string {
  return URL.parse(address)?.hostname ?? '';
}

function portOf(address: string): string {
  return URL.parse(address)?.port ?? '';
}
