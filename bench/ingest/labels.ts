import type { ContestantName } from './field.ts';

export const LABELS: Readonly<Record<ContestantName, string>> = {
  copy: '(b) COPY, numbers known beforehand',
  'review-insert': '(r) the reference: plain INSERT into the table of V006, seven indexes',
  'plain-insert-direct': '(a) plain INSERT … unnest, numbers known beforehand',
  'plain-insert-endpoint': '(a) the same INSERT through the endpoint',
  'record-events-direct': 'record-events, called directly',
  'record-events-endpoint': 'record-events through the endpoint',
  'message-db-single': '(d) message-db write_message, one event a call',
  'message-db-batch': '(d) message-db write_message, batched by hand',
  'message-db-sharded': '(d) the same, a category for each writer',
  emmett: '(d) Emmett appendToStream, per stream of the batch',
  'max-plus-one': '(c) MAX + 1, INSERT, one event a transaction',
};
