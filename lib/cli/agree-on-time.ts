import { setTimeout as sleep } from 'node:timers/promises';
import { CLOCK_SKEW_SECONDS } from '../domain/stated-time.ts';
import { durationText } from '../domain/words.ts';
import { measureSkew } from '../runtime/open-database.ts';
import type { Connection } from './connection.ts';

const ASK_EVERY_MS = 60_000;
/** A database that sleeps or is away keeps nothing else waiting. */
const PATIENCE_MS = 3_000;

/**
 * A deployed tracker's time is its database's where this machine's clock differs from that by more than a minute, as it is for
 * the flows. The two are compared at once, and again each minute of whatever runs longer. A local tracker has its clock.
 * @param say called with a sentence, where they differ.
 */
export async function agreeOnTime(
  connection: Connection,
  say: (sentence: string) => void,
): Promise<Connection> {
  if (connection.kind === 'local') return connection;
  let skewMs = 0;
  let askedAt = 0;
  const ask = async () => {
    // Not by the clock in doubt.
    askedAt = performance.now();
    const measured = await Promise.race([
      measureSkew(connection, connection.database('reader')),
      sleep(PATIENCE_MS, undefined, { ref: false }),
    ]).catch(() => undefined);
    if (measured !== undefined) skewMs = Math.abs(measured) > CLOCK_SKEW_SECONDS * 1_000 ? measured : 0;
  };
  await ask();
  if (skewMs !== 0)
    say(
      `This machine's clock is ${durationText(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'} the database's, whose time is used. Set it by NTP.`,
    );
  return {
    ...connection,
    now: () => {
      if (performance.now() - askedAt > ASK_EVERY_MS) void ask();
      return new Date(connection.now().getTime() - skewMs);
    },
  };
}
