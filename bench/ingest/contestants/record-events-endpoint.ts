import { openEndpointDatabase } from '../../server/open-databases.ts';
import type { OpenContestant } from '../contestant.ts';
import { recordEventsOver } from './record-events.ts';

export const open: OpenContestant = async ({ dataApiUrl, database }) =>
  recordEventsOver(openEndpointDatabase(dataApiUrl, database));
