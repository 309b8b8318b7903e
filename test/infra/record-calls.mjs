// Loaded before a bundle: prints each signed call that leaves the process, whichever client makes it, once it is
// answered. What is signed for names the service; the rest is read by read-call.ts.
import { ClientRequest } from 'node:http';

const TEXT = /json|form-urlencoded/;
const { end, write } = ClientRequest.prototype;
const bodies = new WeakMap();

function keep(request, chunk) {
  const isText = TEXT.test(String(request.getHeader('content-type')));
  if (isText && (typeof chunk === 'string' || chunk instanceof Uint8Array))
    bodies.set(request, (bodies.get(request) ?? '') + Buffer.from(chunk).toString());
}

ClientRequest.prototype.write = function (chunk, ...rest) {
  keep(this, chunk);
  return write.call(this, chunk, ...rest);
};

ClientRequest.prototype.end = function (chunk, ...rest) {
  keep(this, chunk);
  this.prependOnceListener('response', ({ statusCode }) => {
    const call = {
      signedFor: /Credential=[^/]+\/\d+\/[\w-]+\/([\w-]+)\//.exec(
        String(this.getHeader('authorization')),
      )?.[1],
      method: this.method,
      path: this.path,
      target: this.getHeader('x-amz-target'),
      body: bodies.get(this),
      status: statusCode,
    };
    process.stdout.write(`\n${process.env.TEST_CALL_MARK}${JSON.stringify(call)}\n`);
  });
  return end.call(this, chunk, ...rest);
};
