import { countDoubtfulNames, type DoubtfulNameCount } from '../data-access/doubtful-names.ts';
import { defineReport } from './report.ts';

/** What producers most likely misspelt or meant otherwise, by sender, most events first. */
export const doubtfulNames = defineReport<DoubtfulNameCount>({
  name: 'doubtful-names',
  summary:
    'unknown event types, stages and fields near a known name, and answers and metadata about a decision that are not understood, by sender: whom to tell',
  rowsAre: 'names',
  rowIs: 'name',
  seeLeft: 'choose a tenant with --tenant to see them',
  spanHours: 168,
  read: countDoubtfulNames,
  columns: [
    { title: 'Sender', unit: 'text', value: ({ sender }) => sender, heads: true, least: 12 },
    { title: 'Service', unit: 'text', value: ({ serviceName }) => serviceName, least: 8 },
    { title: 'Tenant', unit: 'text', value: ({ tenant }) => tenant },
    { title: 'Path', unit: 'code', value: ({ path }) => path, least: 10 },
    { title: 'Did you mean', unit: 'code', value: ({ didYouMean }) => didYouMean, least: 12 },
    { title: 'Events', unit: 'count', value: ({ events }) => events },
  ],
  fields: ['sender', 'serviceName', 'tenant', 'path', 'didYouMean', 'events'],
  empty: 'Every name and value of this time is understood, or near no known one.',
  reads: '`doubtful_name`, a row for each day, sender and name',
});
