import { countDoubtfulNames, type DoubtfulNameCount } from '../data-access/doubtful-names.ts';
import { defineReport } from './report.ts';

/** What producers most likely misspelt, by sender, most events first. */
export const doubtfulNamesReport = defineReport<DoubtfulNameCount>({
  name: 'doubtful-names',
  summary:
    'unknown event types, stages and fields near a known name, by sender: whom to tell, and what they mean',
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
  empty: 'No event of this time has a name near a known one.',
  reads: '`doubtful_name`, a row for each day, sender and name',
});
