-- Lets one of the tracker's users log in with a new password, of which it is given the SCRAM-SHA-256 verifier alone: no
-- password is in a statement, or in a log of one. Setting one takes the right to make roles: it is lent for these users,
-- and for nothing else of them.
-- Called by rotate, and by migrate for rotate's own user: lib/data-access/logins.ts.
CREATE OR REPLACE FUNCTION set_login_password(login text, verifier text) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
  IF login !~ '^pagw_(maintainer|writer|operator|reader|rotator)_[ab]$' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'set_login_password needs a user of the tracker, such as pagw_writer_a';
  END IF;
  IF verifier !~ '^SCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$' THEN
    RAISE invalid_parameter_value USING MESSAGE = 'set_login_password needs a SCRAM-SHA-256 verifier, never the password itself';
  END IF;
  EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L', login, verifier);
END
$$;

REVOKE EXECUTE ON FUNCTION set_login_password(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION set_login_password(text, text) TO pagw_rotator;
