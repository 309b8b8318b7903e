import { timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { refuseOtherSites } from '../foreign-request.ts';
import { RequestError, readBody } from './read-body.ts';

export interface ConsoleRequest {
  url: URL;
  /** Empty for GET. */
  body: string;
  /** As the caller names it; empty where it does not. */
  contentType: string;
  /** As the browser sent them. */
  cookies: string;
  headers: IncomingHttpHeaders;
  /** That this server listens on. */
  port: number;
}

export interface ConsoleResponse {
  status: number;
  contentType: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

export type ConsoleRoute = (request: ConsoleRequest) => Promise<ConsoleResponse> | ConsoleResponse;

/** `METHOD /path` → what answers it. */
export type ConsoleRoutes = Record<string, ConsoleRoute>;

export interface ConsoleServer {
  stop(): Promise<void>;
}

/**
 * Serves the routes on 127.0.0.1:port to this machine's own programs and pages, and to nobody else.
 * @param key lets in only browsers that were opened with `?key=`: others on this machine have no part in its user's rights.
 */
export async function startConsoleServer(
  port: number,
  routes: ConsoleRoutes,
  key?: string,
): Promise<ConsoleServer> {
  const server = createServer((request, response) => {
    respond(request, routes, key)
      .catch(toErrorResponse)
      .then((answer) => write(response, answer));
  });
  await new Promise<void>((settle, fail) => {
    server.once('error', fail).listen(port, '127.0.0.1', () => settle());
  });
  return {
    stop: () =>
      new Promise((settle) => {
        server.close(() => settle());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  routes: ConsoleRoutes,
  key: string | undefined,
): Promise<ConsoleResponse> {
  const refusal = refuseOtherSites(request);
  if (refusal !== undefined) throw new RequestError(403, refusal.code, refusal.message);
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  if (url === null) throw new RequestError(400, 'BAD_URL', 'The address cannot be read.');
  const admission = key === undefined ? undefined : admit(request, url, key);
  if (admission !== undefined) return admission;
  const route = routes[`${method} ${url.pathname}`];
  if (route === undefined) throw notFound(method, url.pathname, routes);
  const body = method === 'GET' ? '' : await readBody(request);
  return route({
    url,
    body,
    contentType: request.headers['content-type'] ?? '',
    cookies: request.headers.cookie ?? '',
    headers: request.headers,
    port: request.socket.localPort ?? 0,
  });
}

/** Takes the key from an address once, and puts it into a cookie of this port, since cookies know no ports. */
function admit({ headers, socket }: IncomingMessage, url: URL, key: string): ConsoleResponse | undefined {
  const cookie = `pagw-${socket.localPort}=${key}`;
  if (headers.cookie?.split('; ').some((given) => isSame(given, cookie))) return undefined;
  if (!isSame(url.searchParams.get('key') ?? '', key))
    throw new RequestError(403, 'KEY_NEEDED', 'Open the address that `pagw console` printed, with its key.');
  url.searchParams.delete('key');
  return {
    status: 303,
    contentType: 'text/plain; charset=utf-8',
    body: '',
    headers: {
      location: `${url.pathname}${url.search}`,
      'set-cookie': `${cookie}; HttpOnly; SameSite=Strict; Path=/`,
    },
  };
}

/** In a time that does not depend on how much is right. */
export function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function notFound(method: string, path: string, routes: ConsoleRoutes): RequestError {
  const methods = Object.keys(routes).flatMap((key) => (key.endsWith(` ${path}`) ? [key.split(' ')[0]] : []));
  if (methods.length > 0) {
    return new RequestError(
      405,
      'METHOD_NOT_ALLOWED',
      `This address answers ${methods.join(', ')}, not ${method}.`,
    );
  }
  return new RequestError(404, 'NOT_FOUND', `There is nothing here; try ${Object.keys(routes).join(', ')}.`);
}

function toErrorResponse(error: unknown): ConsoleResponse {
  if (error instanceof RequestError) {
    return json(error.status, { code: error.code, message: error.message });
  }
  const name = error instanceof Error ? error.name : 'unknown error';
  return json(500, { code: 'INTERNAL_ERROR', message: `The request could not be answered (${name}).` });
}

export function json(status: number, value: unknown): ConsoleResponse {
  return { status, contentType: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` };
}

/** What falls back to nothing (base, forms, frames) is named besides. */
const POLICY =
  "default-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

function write(response: ServerResponse, { status, contentType, body, headers }: ConsoleResponse): void {
  response.writeHead(status, {
    ...headers,
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': POLICY,
    // An upload that was refused half-way is not read to its end.
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

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
