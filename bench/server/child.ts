import { type ChildProcess, fork } from 'node:child_process';

/** A process of the benchmark's own that answers one request at a time. */
export interface Child<Request, Answer> {
  ask(request: Request): Promise<Answer>;
  stop(): Promise<void>;
}

type Reply<Answer> = { answer: Answer } | { failure: string };

/** Starts a TypeScript file as a child process that calls `answerRequests`. */
export function startChild<Request, Answer>(file: URL, args: readonly string[]): Child<Request, Answer> {
  const child = fork(file, args, { serialization: 'advanced' });
  return {
    ask: (request) => ask<Answer>(child, request, `${file.pathname.split('/').at(-1)} ${args[0] ?? ''}`),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((settle) => child.once('exit', settle));
      // It ends by itself then, and writes its profile where one was asked for.
      child.disconnect();
      await gone;
    },
  };
}

function ask<Answer>(child: ChildProcess, request: unknown, who: string): Promise<Answer> {
  return new Promise((settle, fail) => {
    const onExit = (code: number | null) => fail(new Error(`${who} ended with ${code ?? 'a signal'}.`));
    child.once('exit', onExit);
    child.once('message', (reply: Reply<Answer>) => {
      child.off('exit', onExit);
      if ('failure' in reply) fail(new Error(`${who} failed: ${reply.failure}`));
      else settle(reply.answer);
    });
    child.send(request as object);
  });
}

/** The child's side: answers each request, or tells why it could not. */
export function answerRequests<Request, Answer>(answer: (request: Request) => Promise<Answer>): void {
  process.on('message', (request: Request) => {
    answer(request).then(
      (result) => process.send?.({ answer: result }),
      (error: unknown) =>
        process.send?.({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}
