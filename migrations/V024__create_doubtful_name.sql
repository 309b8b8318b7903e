-- What producers wrote and most likely meant otherwise: taken as it came, and counted so that somebody tells them.
CREATE TABLE doubtful_name (
  day          DATE NOT NULL,
  tenant       VARCHAR(64) COLLATE "C" NOT NULL,
  sender       VARCHAR(128) COLLATE "C" NOT NULL,
  service_name VARCHAR(128) COLLATE "C" NOT NULL,
  path         VARCHAR(128) COLLATE "C" NOT NULL,
  did_you_mean VARCHAR(128) COLLATE "C" NOT NULL,
  events       BIGINT NOT NULL CHECK (events > 0),
  PRIMARY KEY (day, tenant, sender, service_name, path, did_you_mean)
);

COMMENT ON TABLE doubtful_name IS 'Recorded events with an unknown type, stage or field near a known one, or metadata about a decision that nobody understands, by day (UTC) and sender; kept for 90 days';
COMMENT ON COLUMN doubtful_name.sender IS 'Who put the messages on the queue: the SQS SenderId; empty where nobody said';
COMMENT ON COLUMN doubtful_name.service_name IS 'As the events state it; empty where they do not';
COMMENT ON COLUMN doubtful_name.path IS 'JSON pointer to what holds the name or the value; of a field, to the field';
COMMENT ON COLUMN doubtful_name.did_you_mean IS 'The known name that is nearest, or what would be understood';

GRANT INSERT, UPDATE (events), DELETE ON doubtful_name TO pagw_writer;
