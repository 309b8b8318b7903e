import type { Connection, Submittable } from 'pg';

/** One result column as PostgreSQL describes it. */
export interface FieldDescription {
  name: string;
  tableID: number;
  columnID: number;
  dataTypeID: number;
  dataTypeModifier: number;
}

/** A value in PostgreSQL's text form, or bytes; the type is declared to the server (0: let the server infer it). */
export interface TypedValue {
  typeId: number;
  value: string | Buffer | null;
}

export interface RawResult {
  /** False for statements that answer no rows at all, as a plain INSERT; a SELECT of no columns still does. */
  hasRows: boolean;
  fields: readonly FieldDescription[];
  /** Values as PostgreSQL's text. */
  rows: (string | null)[][];
  /** For example `INSERT 0 3`. */
  commandTag: string;
}

/** What stops a result early, so that one call cannot fill the memory. */
export type RowGuard = (rowBytes: number) => Error | undefined;

/** A message's length counts its own four bytes. */
const LENGTH_WORD_BYTES = 4;

interface StatementRegistry {
  parsedStatements: Record<string, string>;
}

/**
 * One statement in the extended protocol: parameter types declared, values back as raw text. `pg`'s own query class
 * would leave types to be inferred (which hides what the real service refuses) and parse every value only for it to be
 * written as text again.
 */
export class TypedQuery implements Submittable {
  readonly text: string;
  /** Empty: parsed again for this call. */
  readonly name: string;
  readonly result: Promise<RawResult>;
  callback: ((error: Error | null) => void) | undefined;
  readonly #values: readonly TypedValue[];
  readonly #guard: RowGuard | undefined;
  readonly #raw: RawResult = { hasRows: false, fields: [], rows: [], commandTag: '' };
  #refusal: Error | undefined;
  #settle: (result: RawResult) => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;

  constructor(text: string, name: string, values: readonly TypedValue[], guard?: RowGuard) {
    this.text = text;
    this.name = name;
    this.#values = values;
    this.#guard = guard;
    this.result = new Promise((settle, fail) => {
      this.#settle = settle;
      this.#fail = fail;
    });
  }

  submit(connection: Connection): void {
    const { parsedStatements } = connection as unknown as StatementRegistry;
    connection.stream.cork();
    if (this.name === '' || parsedStatements[this.name] === undefined) {
      const types = this.#values.map(({ typeId }) => typeId);
      connection.parse({ name: this.name, text: this.text, types } as never, true);
    }
    const values = this.#values.map(({ value }) => value);
    connection.bind({ portal: '', statement: this.name, values } as never, true);
    connection.describe({ type: 'P', name: '' } as never, true);
    connection.execute({ portal: '', rows: 0 } as never, true);
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription(message: { fields: FieldDescription[] }): void {
    this.#raw.hasRows = true;
    this.#raw.fields = message.fields;
  }

  handleDataRow(message: { fields: (string | null)[]; length: number }): void {
    if (this.#refusal !== undefined) return;
    this.#refusal = this.#guard?.(message.length - LENGTH_WORD_BYTES);
    if (this.#refusal === undefined) this.#raw.rows.push(message.fields);
    else this.#raw.rows = [];
  }

  handleCommandComplete(message: { text: string }): void {
    this.#raw.commandTag = message.text;
  }

  handleReadyForQuery(): void {
    if (this.#refusal === undefined) this.#settle(this.#raw);
    else this.#fail(this.#refusal);
  }

  handleError(error: Error): void {
    this.#fail(error);
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: { sendCopyFail(message: string): void; sync(): void }): void {
    connection.sendCopyFail('COPY is not supported through the Data API');
    // The server ignored the first Sync while it waited for data.
    connection.sync();
  }

  handleCopyData(): void {}
}
