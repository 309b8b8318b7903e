/** What a view could not show, in words for its reader. It repeats nothing of what was asked. */
export class ViewError extends Error {
  override readonly name = 'ViewError';
  /** The HTTP status that says the same. */
  readonly status: number;
  readonly code: string;
  readonly hint: string;

  constructor(status: number, code: string, message: string, hint: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}
