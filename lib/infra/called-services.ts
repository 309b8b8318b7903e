/**
 * What functions call, but for S3, which has a gateway: each needs an endpoint in private mode, by whose name's end it goes here.
 * Lambda itself delivers logs and traces, and KMS is used by services.
 */
const CALLED = ['rds-data', 'secretsmanager', 'sqs', 'sns'] as const;

export type CalledService = (typeof CALLED)[number] | 'events';

/** @param putsEvents whether functions put events on a bus */
export function calledServices(putsEvents: boolean): CalledService[] {
  return putsEvents ? [...CALLED, 'events'] : [...CALLED];
}
