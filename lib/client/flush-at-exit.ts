/** What is asked of a client when its process comes to an end. */
export interface ExitFlush {
  /** Delivers what waits, as far as time allows; called when the process has nothing else to do. */
  beforeExit(): void;
  /** Gives up what is left; nothing can be awaited any more. */
  exit(): void;
}

const waiting = new Set<ExitFlush>();
let listening = false;

/** Calls back at the end of the process as long as something waits; one pair of listeners serves all clients. */
export function flushAtExit(client: ExitFlush): void {
  waiting.add(client);
  if (listening) return;
  listening = true;
  process.on('beforeExit', () => {
    for (const client of waiting) client.beforeExit();
  });
  process.on('exit', () => {
    for (const client of waiting) client.exit();
  });
}

export function noFlushAtExit(client: ExitFlush): void {
  waiting.delete(client);
}
