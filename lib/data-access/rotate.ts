import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Database } from './database.ts';

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

/** What PostgreSQL itself uses (`scram_iterations`). */
const ITERATIONS = 4_096;
const SALT_BYTES = 16;

/**
 * The SCRAM-SHA-256 verifier PostgreSQL stores for a password (RFC 5802, RFC 7677). Setting this instead of the password
 * keeps the password out of statements, and so out of every log of them.
 * @param password ASCII, so that SASLprep leaves it alone
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
