import { DataApiError } from './data-api-error.ts';

/** What PostgreSQL says of an error; absent fields are undefined. */
interface ServerError {
  severity?: string;
  message: string;
  code?: string;
  detail?: string;
  hint?: string;
  position?: string;
}

const SYNTAX_ERROR = '42601';

/**
 * Words an error as the service does: `ERROR: message`, its detail, hint and position on lines of their own, then
 * `; SQLState: 23505`.
 */
export function toDataApiError(error: unknown): DataApiError {
  if (error instanceof DataApiError) return error;
  const { severity, message, code, detail, hint, position } = error as ServerError;
  if (severity === undefined || code === undefined) {
    // The connection broke under the statement: nobody knows whether it took effect.
    return new DataApiError(
      'DatabaseUnavailableException',
      'Communications link failure: PostgreSQL does not answer.',
    );
  }
  if (code === SYNTAX_ERROR && message.startsWith('cannot insert multiple commands')) {
    return new DataApiError('ValidationException', "Multistatements aren't supported.");
  }
  const lines = [
    `${severity}: ${message}`,
    detail === undefined ? '' : `\n  Detail: ${detail}`,
    hint === undefined ? '' : `\n  Hint: ${hint}`,
    position === undefined ? '' : `\n  Position: ${position}`,
  ];
  return new DataApiError('DatabaseErrorException', `${lines.join('')}; SQLState: ${code}`);
}
