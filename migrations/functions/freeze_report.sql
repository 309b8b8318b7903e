-- Keeps a year's figures as they are now, and writes down who vouches for them and why. Answers the digest of the figures.
-- Called by operators: lib/data-access/published-figures.ts.
CREATE OR REPLACE FUNCTION freeze_report(
  of_year int, of_tenant text, figures_now text, why text, who text, at timestamptz, of_key text, signed text
) RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  digest_now CONSTANT text DEFAULT encode(sha256(convert_to(figures_now, 'UTF8')), 'hex');
BEGIN
  INSERT INTO report_snapshot (year, tenant, figures, digest, frozen_at, frozen_by, reason, public_key, signature)
  VALUES (of_year, of_tenant, figures_now, digest_now, at, left(who, 256), btrim(why), of_key, signed);
  PERFORM record_operator_action(
    'report.freeze', jsonb_build_object('year', of_year, 'tenant', of_tenant, 'digest', digest_now), why, who, at, 1
  );
  RETURN digest_now;
END
$$;

REVOKE EXECUTE ON FUNCTION freeze_report(int, text, text, text, text, timestamptz, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION freeze_report(int, text, text, text, text, timestamptz, text, text) TO pagw_operator;
