import type { Connection, Submittable } from 'pg';

interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** `COPY … FROM STDIN` with all of its data at hand; `pg` speaks the messages but has no query for it. */
export class CopyQuery implements Submittable {
  readonly done: Promise<void>;
  readonly #text: string;
  readonly #data: Buffer;
  #settle: () => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;

  constructor(text: string, data: string) {
    this.#text = text;
    this.#data = Buffer.from(data);
    this.done = new Promise((settle, fail) => {
      this.#settle = settle;
      this.#fail = fail;
    });
  }

  submit(connection: Connection): void {
    (connection as unknown as CopyConnection).query(this.#text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.#data);
    connection.endCopyFrom();
  }

  handleReadyForQuery(): void {
    this.#settle();
  }

  handleError(error: Error): void {
    this.#fail(error);
  }

  handleRowDescription(): void {}

  handleDataRow(): void {}

  handleCommandComplete(): void {}

  handleEmptyQuery(): void {}
}
