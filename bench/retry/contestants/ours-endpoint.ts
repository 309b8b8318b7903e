import { openEndpointDatabase } from '../../server/open-databases.ts';
import type { OpenContestant } from '../contestant.ts';
import { retriesOver } from './retries-over.ts';

export const open: OpenContestant = async ({ connectionString, database, dataApiUrl }) =>
  retriesOver(openEndpointDatabase(dataApiUrl, database), connectionString);
