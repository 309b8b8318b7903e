CREATE TABLE rejected_message (
  id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id    VARCHAR(128) NOT NULL,
  position      INT NOT NULL CHECK (position >= 0),
  tenant        VARCHAR(64),
  pagw_id       VARCHAR(64) COLLATE "C",
  event_id      VARCHAR(128) COLLATE "C",
  code          VARCHAR(64) NOT NULL,
  path          VARCHAR(512) NOT NULL,
  rule          VARCHAR(128) NOT NULL,
  hint          VARCHAR(512) NOT NULL,
  body_bucket   VARCHAR(255) NOT NULL,
  body_key      VARCHAR(1024) NOT NULL,
  body_bytes    INT NOT NULL,
  sent_at       TIMESTAMPTZ NOT NULL,
  rejected_at   TIMESTAMPTZ NOT NULL,
  replayed_at   TIMESTAMPTZ,
  CONSTRAINT ux_rejected_message_position UNIQUE (message_id, position)
);

CREATE INDEX ix_rejected_message_rejected
  ON rejected_message (rejected_at DESC, id DESC);

CREATE INDEX ix_rejected_message_event
  ON rejected_message (event_id)
  WHERE event_id IS NOT NULL;

COMMENT ON TABLE rejected_message IS 'Messages set aside by ingest, with the reason; the body is in the quarantine bucket, never here';
COMMENT ON COLUMN rejected_message.position IS 'Place of the refused event in its message, from 0';
COMMENT ON COLUMN rejected_message.event_id IS 'The id it has when it is sent again, by which what became of it is found; null where none was well-formed';
COMMENT ON COLUMN rejected_message.path IS 'JSON pointer to the field at fault; empty for the whole message';
