import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';

/** Between a handler and the services it calls: the run's Data API, which may be cut off, and a queue's visibility. */
export interface AwsDouble {
  url: string;
  /** What the Data API answers instead of passing a call on; undefined: passes it. May depend on the call's body. */
  fault: (body: string) => DataApiFault | undefined;
  /** Visibility changes that were asked for; emptied by whoever reads them. */
  visibility: { receiptHandle: string; seconds: number }[];
  /** Whether the queue refuses visibility changes. */
  refusesVisibility: boolean;
  close(): Promise<void>;
}

export interface DataApiFault {
  status: number;
  name: string;
  message: string;
  /** The call is carried out, and only its answer lost. */
  afterwards?: boolean;
}

export const UNAVAILABLE: DataApiFault = {
  status: 504,
  name: 'DatabaseUnavailableException',
  message: 'The database is not available.',
};

/** PostgreSQL's refusal. */
export const refusal = (sqlState: string): DataApiFault => ({
  status: 400,
  name: 'DatabaseErrorException',
  message: `ERROR: refused; SQLState: ${sqlState}`,
});

export async function startAwsDouble(): Promise<AwsDouble> {
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const say = (status: number, answer: string, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(answer);
    if (request.method === 'PUT') return say(200, '');
    if (request.headers['x-amz-target'] !== undefined) {
      if (double.refusesVisibility) return say(403, '{"__type":"com.amazonaws.sqs#AccessDenied"}');
      const { Entries } = JSON.parse(body) as { Entries: VisibilityEntry[] };
      for (const { ReceiptHandle, VisibilityTimeout } of Entries)
        double.visibility.push({ receiptHandle: ReceiptHandle, seconds: VisibilityTimeout });
      return say(200, JSON.stringify({ Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] }));
    }
    const fault = double.fault(body);
    const passed =
      fault === undefined || fault.afterwards ? await passOn(request.url ?? '/', body) : undefined;
    if (fault !== undefined)
      return say(fault.status, JSON.stringify({ message: fault.message }), {
        'x-amzn-errortype': fault.name,
      });
    const type = passed?.headers.get('x-amzn-errortype');
    return say(passed?.status ?? 500, (await passed?.text()) ?? '', type ? { 'x-amzn-errortype': type } : {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const double: AwsDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: () => undefined,
    visibility: [],
    refusesVisibility: false,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return double;
}

function passOn(path: string, body: string): Promise<Response> {
  return fetch(new URL(path, inject('dataApiUrl')), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
}

interface VisibilityEntry {
  Id: string;
  ReceiptHandle: string;
  VisibilityTimeout: number;
}
