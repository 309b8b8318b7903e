import { openDirectDatabase } from '../../server/open-databases.ts';
import { type OpenContestant, WORKERS } from '../contestant.ts';
import { retriesOver } from './retries-over.ts';

export const open: OpenContestant = async ({ connectionString }) =>
  retriesOver(openDirectDatabase(connectionString, WORKERS), connectionString);
