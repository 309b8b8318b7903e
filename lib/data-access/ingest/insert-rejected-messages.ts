import type { Database } from '../database.ts';
import { inParts } from '../page.ts';

/** One refused event (or whole message) with its reason and where its body is kept. */
export interface RejectedMessage {
  messageId: string;
  position: number;
  tenant: string | null;
  pagwId: string | null;
  code: string;
  path: string;
  rule: string;
  hint: string;
  bodyBucket: string;
  bodyKey: string;
  bodyBytes: number;
  sentAt: Date;
}

/** Sets messages aside; one that is there already stays as it is, so the call may be repeated. */
export async function insertRejectedMessages(
  database: Database,
  messages: readonly RejectedMessage[],
  now: Date,
): Promise<void> {
  // A message may hold 1,000 events, each refused for a reason of its own.
  for (const part of inParts(messages)) await insertPart(database, part, now);
}

async function insertPart(
  database: Database,
  messages: readonly RejectedMessage[],
  now: Date,
): Promise<void> {
  await database.execute(
    `INSERT INTO rejected_message (
       message_id, position, tenant, pagw_id, code, path, rule, hint, body_bucket, body_key, body_bytes, sent_at, rejected_at
     )
     SELECT
       "messageId", position, tenant, "pagwId", code, left(path, 512), rule, left(hint, 512),
       "bodyBucket", "bodyKey", "bodyBytes", "sentAt", :now::timestamptz
     FROM json_to_recordset(:messages::json) AS message (
       "messageId" text, position int, tenant text, "pagwId" text, code text, path text, rule text, hint text,
       "bodyBucket" text, "bodyKey" text, "bodyBytes" int, "sentAt" timestamptz
     )
     ON CONFLICT (message_id, position) DO NOTHING`,
    { messages: JSON.stringify(messages), now },
  );
}
