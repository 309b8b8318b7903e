import { Logger } from '@aws-lambda-powertools/logger';

/** The structured logger of a flow. Never hand it a message body, metadata or an error text: they may hold PHI. */
export function openLogger(flow: string): Logger {
  return new Logger({ serviceName: `pagw-${flow}` });
}
