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
function scramVerifier(password: string, salt: Buffer = randomBytes(SALT_BYTES)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** The login that migrates: tables and functions are its own, and so are the roles that migrations make. */
export const OWNER = 'pagw_owner';

/**
 * By what a master user of RDS may, who is no superuser: a role that it has made is its to alter (ADMIN), to be (SET) and to act
 * for (INHERIT) once it has granted itself that, which it keeps: what used the tables as the master before goes on.
 */
const ADMIT = `DO $$
DECLARE
  found record;
BEGIN
  IF current_user = 'pagw_owner' THEN
    RAISE invalid_role_specification
      USING MESSAGE = 'The secret of the master user is pagw_owner''s own. State the secret of the cluster''s master user.';
  END IF;
  BEGIN
    CREATE ROLE pagw_owner;
  EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
  END;
  IF NOT pg_has_role('pagw_owner', 'MEMBER WITH ADMIN OPTION') THEN
    RAISE insufficient_privilege
      USING MESSAGE = format('pagw_owner was made by another user. As that one: GRANT pagw_owner TO %I WITH ADMIN OPTION.', current_user);
  END IF;
  EXECUTE format('ALTER ROLE pagw_owner LOGIN CREATEROLE PASSWORD %L', current_setting('pagw.verifier'));
  IF NOT (pg_has_role('pagw_owner', 'USAGE') AND pg_has_role('pagw_owner', 'SET')) THEN
    GRANT pagw_owner TO CURRENT_USER WITH INHERIT TRUE, SET TRUE;
  END IF;
  IF NOT (has_schema_privilege('pagw_owner', 'public', 'CREATE WITH GRANT OPTION')
    AND has_schema_privilege('pagw_owner', 'public', 'USAGE WITH GRANT OPTION')) THEN
    -- Of what it may not grant PostgreSQL only warns.
    GRANT CREATE, USAGE ON SCHEMA public TO pagw_owner WITH GRANT OPTION;
    IF NOT has_schema_privilege('pagw_owner', 'public', 'CREATE WITH GRANT OPTION') THEN
      RAISE insufficient_privilege
        USING MESSAGE = format('The database belongs to %s. As that one: GRANT CREATE, USAGE ON SCHEMA public TO %I WITH GRANT OPTION.',
          (SELECT datdba::regrole FROM pg_database WHERE datname = current_database()), current_user);
    END IF;
  END IF;
  FOR found IN
    SELECT format('TABLE %s', oid::regclass) AS name, relowner AS owner
    FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND relname IN ('request_tracker', 'event_tracker')
    UNION ALL
    SELECT format('TYPE %s', oid::regtype), typowner
    FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typname IN ('pagw_request_status', 'pagw_event_status')
  LOOP
    CONTINUE WHEN found.owner = 'pagw_owner'::regrole;
    IF NOT pg_has_role(found.owner, 'USAGE') THEN
      RAISE insufficient_privilege
        USING MESSAGE = format('%s belongs to %s. As that one, or as who made it: GRANT %2$s TO %I WITH INHERIT TRUE.',
          found.name, found.owner::regrole, current_user);
    END IF;
    EXECUTE format('ALTER %s OWNER TO pagw_owner', found.name);
  END LOOP;
END
$$`;

/**
 * Makes the owner's login where it is missing, lets it log in with `password`, and hands it what it migrates: the right to create in
 * the schema, and the review's tables. Run as the master user; all of it or nothing, safe to repeat.
 */
export async function makeOwner(database: Database, password: string): Promise<void> {
  await database.transaction(async (transaction) => {
    // A DO takes no parameters. Who still uses a table is not waited for beyond the 45 s of a call.
    await transaction.execute(
      `SELECT set_config('pagw.verifier', :verifier, true), set_config('lock_timeout', '5s', true)`,
      { verifier: scramVerifier(password) },
    );
    await transaction.execute(ADMIT);
  });
}
