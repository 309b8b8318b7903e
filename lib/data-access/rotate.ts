import type { Database } from './database.ts';
import { scramVerifier } from './scram-verifier.ts';

/**
 * Lets a user of the tracker log in with `password`. Run as the rotator, or the owner.
 * @throws DatabaseError with SQLSTATE 22023 when `login` is none of the tracker's users.
 */
export async function setLoginPassword(database: Database, login: string, password: string): Promise<void> {
  await database.execute('SELECT set_login_password(:login, :verifier)', {
    login,
    verifier: scramVerifier(password),
  });
}
