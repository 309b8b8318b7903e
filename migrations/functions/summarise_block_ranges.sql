-- Lets the block range indexes of event_tracker cover the newest pages of every partition; answers how many ranges that
-- were. Only the owner of an index may: the right is lent for this alone.
-- Called by maintain: lib/data-access/summary.ts.
CREATE OR REPLACE FUNCTION summarise_block_ranges() RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET lock_timeout = '2s'
AS $$
BEGIN
  RETURN (
    SELECT coalesce(sum(brin_summarize_new_values(partition.inhrelid)), 0)
    FROM pg_inherits AS partition
    WHERE partition.inhparent IN (
      SELECT indexed.indexrelid
      FROM pg_index AS indexed
      JOIN pg_class AS index ON index.oid = indexed.indexrelid
      JOIN pg_am AS method ON method.oid = index.relam
      WHERE indexed.indrelid = 'event_tracker'::regclass AND method.amname = 'brin'
    )
  );
END
$$;

REVOKE EXECUTE ON FUNCTION summarise_block_ranges() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION summarise_block_ranges() TO pagw_maintainer;
