import type { Database } from '../database.ts';
import { scramVerifier } from './scram-verifier.ts';

/** The users that log in; `pagw_writer` and `pagw_reader` only hold rights. */
const LOGIN = /^pagw_(?:writer|reader)_[ab]$/;

/**
 * Lets a user of the tracker log in with `password`.
 * @throws Error when `login` is none of the tracker's users.
 */
export async function setLoginPassword(database: Database, login: string, password: string): Promise<void> {
  if (!LOGIN.test(login)) {
    throw new Error(
      'The secret names a user that is not one of the tracker: pagw_writer_a|b or pagw_reader_a|b.',
    );
  }
  // ALTER ROLE takes no bound values; both parts are of fixed alphabets, a name above and base64 here. Colons are
  // escaped because the Data API may take `:word` for a parameter even in a literal.
  const verifier = scramVerifier(password).replaceAll(':', '\\072');
  await database.execute(`ALTER ROLE ${login} LOGIN PASSWORD E'${verifier}'`);
}
