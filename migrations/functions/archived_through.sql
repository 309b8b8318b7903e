-- The number up to which a request is archived; 0 when it is not.
-- Called by compact_requests, note_archived and by
-- lib/data-access/archive.ts, lib/data-access/doctor.ts and lib/data-access/retention.ts.
CREATE OR REPLACE FUNCTION archived_through(of_pagw_id text) RETURNS bigint
LANGUAGE sql STABLE
RETURN coalesce((SELECT max(last_sequence_no) FROM archived_request WHERE pagw_id = of_pagw_id), 0);

REVOKE EXECUTE ON FUNCTION archived_through(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION archived_through(text) TO pagw_reader, pagw_writer, pagw_maintainer;
