import { openDirectDatabase } from '../../server/open-databases.ts';
import type { OpenContestant } from '../contestant.ts';
import { recordEventsOver } from './record-events.ts';

export const open: OpenContestant = async ({ connectionString, connections }) =>
  recordEventsOver(openDirectDatabase(connectionString, connections));
