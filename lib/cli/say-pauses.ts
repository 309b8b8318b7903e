import type { Database } from '../data-access/database.ts';
import { listRetryPauses } from '../data-access/retry-orders.ts';
import { pauseText } from '../domain/incident-text.ts';
import { printable } from '../domain/printable-text.ts';
import { pausesOf, scopeText } from '../domain/retry-orders.ts';
import type { Session } from './session.ts';

/** Says what is held back of what was listed, by whom, since when and why. */
export async function sayPauses(session: Session, database: Database, now: Date): Promise<void> {
  const pauses = pausesOf(await listRetryPauses(database), session.options.tenant ?? null);
  for (const pause of pauses)
    session.say(
      session.paintMessage(
        `Retries of ${printable(scopeText(pause))} are ${pauseText(pause, now)}.`,
        'yellow',
      ),
    );
}
