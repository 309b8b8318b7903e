import { readFileSync } from 'node:fs';
import { readEventLines } from '../../../lib/client/read-event-lines.ts';

/** Reads a file of events in a process whose memory is bounded by its starter; prints how many, and what is wrong. */
const { accepted, rejected } = readEventLines(readFileSync(process.argv[2] ?? '', 'utf8'));
console.log(JSON.stringify({ accepted: accepted.length, rejected }));
