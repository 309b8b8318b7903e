import { DataApiError } from './data-api-error.ts';
import type { Service } from './service.ts';

/** The body of any operation; nothing about it is trusted. */
export type WireRequest = Readonly<Record<string, unknown>>;

const CLUSTER_ARN = /^arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:cluster:[A-Za-z0-9-]+$/;
const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+$/;

/** Any cluster and any secret will do, but both must look like ones: a mix-up should show here, not in AWS. */
export function checkTarget(request: WireRequest): void {
  const { resourceArn, secretArn, schema } = request;
  if (typeof resourceArn !== 'string' || !CLUSTER_ARN.test(resourceArn)) {
    throw new DataApiError('BadRequestException', 'resourceArn is not the ARN of an RDS cluster.');
  }
  if (typeof secretArn !== 'string' || !SECRET_ARN.test(secretArn)) {
    throw new DataApiError('BadRequestException', 'secretArn is not the ARN of a Secrets Manager secret.');
  }
  if (schema !== undefined && schema !== null) {
    throw new DataApiError('ValidationException', "The schema parameter isn't supported");
  }
}

export function databaseOf(service: Service, request: WireRequest): string {
  const { database } = request;
  return typeof database === 'string' && database !== '' ? database : service.defaultDatabase;
}
