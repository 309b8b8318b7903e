/** `pagw-event-tracker/client`: reports what a service does to a request. Needs `@aws-sdk/client-sqs`, nothing else. */
export type { ClientCounts, Drop, DropReason } from '../client/client-counts.ts';
export {
  createEventTrackerClient,
  type EventTrackerClient,
  type EventTrackerClientOptions,
  type WaitLimit,
} from '../client/event-tracker-client.ts';
export type {
  RequestOfCall,
  RetryAttempt,
  StageCall,
  StageComplete,
  StageError,
} from '../client/stage-event.ts';
