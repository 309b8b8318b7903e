import { openEndpointDatabase } from '../../server/open-databases.ts';
import type { OpenContestant } from '../contestant.ts';
import { plainInsertOver } from './plain-insert.ts';

export const open: OpenContestant = async ({ dataApiUrl, database }) =>
  plainInsertOver(openEndpointDatabase(dataApiUrl, database));
