import type { TypedValue } from './typed-query.ts';

const MAX_NAMES = 200;
const MAX_SEEN = 2_000;

/**
 * Names for prepared statements, so that PostgreSQL parses and plans what is called often once per connection.
 * A text gets its name the second time it is seen; the number of names is bounded because servers keep each.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #seen = new Set<string>();
  #issued = 0;

  /** The statement's name, or '' when it is not to be kept. */
  nameOf(text: string, values: readonly TypedValue[]): string {
    const key = keyOf(text, values);
    const name = this.#names.get(key);
    if (name !== undefined) return name;
    if (!this.#seen.has(key)) {
      if (this.#seen.size >= MAX_SEEN) this.#seen.clear();
      this.#seen.add(key);
      return '';
    }
    if (this.#issued >= MAX_NAMES) return '';
    this.#issued += 1;
    const issued = `data_api_${this.#issued}`;
    this.#names.set(key, issued);
    return issued;
  }

  /** Gives the statement another name, because what was prepared under the old one is of no more use. */
  renew(text: string, values: readonly TypedValue[]): void {
    this.#names.delete(keyOf(text, values));
  }
}

/** Another type of parameter makes another statement. */
function keyOf(text: string, values: readonly TypedValue[]): string {
  return `${values.map(({ typeId }) => typeId).join()} ${text}`;
}
