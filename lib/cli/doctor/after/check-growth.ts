import { measureGrowth } from '../../../data-access/maintain/measure-growth.ts';
import { readRecentGrowth } from '../../../data-access/query/recent-growth.ts';
import { countText, tookText } from '../../output/time-text.ts';
import { bytesText } from '../bytes-text.ts';
import { type DoctorCheck, fail, notApplicable, pass } from '../doctor-check.ts';

/** The roll-up is made every hour; two runs may fail before anybody has to look. */
const OLDEST_REFRESH_MS = 3 * 3_600_000;

export const checkGrowth: DoctorCheck = {
  id: 'growth',
  part: 'after',
  title: 'The growth of event_tracker is watched',
  needsDatabase: true,
  async run({ database, now }) {
    const { refreshedAt, eventsLastDay, eventsLastWeek } = await readRecentGrowth(database, now);
    if (refreshedAt === null)
      return notApplicable('maintain has not run yet, so no hour is counted', 'Run it again in an hour.');
    const age = now.getTime() - refreshedAt.getTime();
    if (age > OLDEST_REFRESH_MS)
      return fail(
        `nobody has counted for ${tookText(age)}`,
        "See in maintain's log why event_tracker_summary is not refreshed.",
      );
    const { eventTableBytes, eventIndexBytes, eventsStored } = await measureGrowth({
      database,
      now,
      mayGoOn: () => true,
    });
    const bytes = eventTableBytes + eventIndexBytes;
    const perDay =
      eventsStored > 0 ? `, about ${bytesText((bytes / eventsStored) * eventsLastDay)} a day` : '';
    return pass(
      `${countText(eventsLastDay)} events in 24 h, ${countText(eventsLastWeek)} in 7 d; ${bytesText(bytes)} in all${perDay}`,
    );
  },
};
