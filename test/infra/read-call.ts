/** A call to AWS as it left the process. */
export interface WireCall {
  /** The service that the signature is for; absent when it was not signed. */
  signedFor?: string;
  method: string;
  path: string;
  target?: string;
  /** Of JSON and forms. */
  body?: string;
  status: number;
}

/** A call by its name, and the resources it names, as its parameters have them. */
export interface AwsCall {
  /** `sqs:SendMessageBatch` */
  operation: string;
  resources: string[];
  /** S3 did not find the object. */
  missing: boolean;
}

/** Which parameters name resources. A call of a service that is not here is refused. */
const READERS: Readonly<Record<string, (call: WireCall) => { operation: string; resources: unknown[] }>> = {
  'rds-data': ({ path, body }) => {
    const { resourceArn, secretArn } = JSON.parse(body ?? '{}');
    return { operation: DATA_API[path] ?? path, resources: [resourceArn, secretArn] };
  },
  sqs: (call) => ({ operation: operationOf(call), resources: [JSON.parse(call.body ?? '{}').QueueUrl] }),
  secretsmanager: (call) => ({
    operation: operationOf(call),
    resources: [JSON.parse(call.body ?? '{}').SecretId],
  }),
  events: (call) => {
    const { Entries } = JSON.parse(call.body ?? '{}');
    const buses = Entries.map(({ EventBusName }: { EventBusName: string }) => EventBusName);
    return { operation: operationOf(call), resources: [...new Set(buses)] };
  },
  sns: ({ body }) => {
    const form = new URLSearchParams(body);
    return { operation: String(form.get('Action')), resources: [form.get('TopicArn')] };
  },
  s3: ({ method, path }) => {
    const { pathname, searchParams } = new URL(path, 'http://s3');
    const [, bucket, key] = pathname.split(/\/([^/]+)\/?/, 3);
    const names = [...searchParams.keys()].filter((name) => name !== 'x-id');
    const operation = key === undefined || key === '' || names.length > 0 ? undefined : OBJECTS[method];
    return { operation: operation ?? `${method} ${path}`, resources: [bucket] };
  },
};

const DATA_API: Readonly<Record<string, string>> = {
  '/Execute': 'ExecuteStatement',
  '/BatchExecute': 'BatchExecuteStatement',
  '/BeginTransaction': 'BeginTransaction',
  '/CommitTransaction': 'CommitTransaction',
  '/RollbackTransaction': 'RollbackTransaction',
};
const OBJECTS: Readonly<Record<string, string>> = {
  PUT: 'PutObject',
  GET: 'GetObject',
  HEAD: 'HeadObject',
  DELETE: 'DeleteObject',
};

/** @throws Error for a call of which nobody has said what it names */
export function readCall(call: WireCall): AwsCall {
  const read = READERS[call.signedFor ?? ''];
  if (read === undefined)
    throw new Error(`A call for '${call.signedFor}' is not read yet: ${call.method} ${call.path}`);
  const { operation, resources } = read(call);
  return {
    operation: `${call.signedFor}:${operation}`,
    resources: resources.map((resource) => {
      if (typeof resource === 'string') return resource;
      throw new Error(`${call.signedFor}:${operation} names no resource.`);
    }),
    missing: call.signedFor === 's3' && call.status === 404,
  };
}

function operationOf({ target = '' }: WireCall): string {
  return target.replace(/^.*\./, '');
}
