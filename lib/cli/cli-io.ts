import type { OpenConnection } from './connection.ts';

/** Where a command writes: a process's stream, or what a test captures. */
export interface CliOutput {
  write(text: string): unknown;
  /** Called once all is written. */
  close?(): void;
  isTTY?: boolean;
  columns?: number;
}

/** Everything of the outside world that a command touches. */
export interface CliIo {
  stdin: AsyncIterable<Uint8Array>;
  /** Data only. */
  stdout: CliOutput;
  /** Everything that is said about it. */
  stderr: CliOutput;
  env: Readonly<Record<string, string | undefined>>;
  /** Puts a question to somebody; absent when nobody is there to answer. */
  ask?: ((question: string) => Promise<string>) | undefined;
  openConnection: OpenConnection;
  /** Executions that the settings of a stage reserve. @throws Error in one sentence when a setting cannot work. */
  reservedExecutions(stage: string): Promise<number>;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}
