import { type CloudControlClient, paginateListResources } from '@aws-sdk/client-cloudcontrol';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';

/** What the settings of a stage need of its account. */
export interface StageNeeds {
  /** The name that its settings give the stack that runs. */
  stack: string;
  /** Where alone its settings let it go. @default wherever the credentials lead */
  region?: string;
  /** Of Lambda's executions at a time. */
  reservedExecutions: number;
  /** VPCs. */
  networks: number;
  /** Availability zones of these. */
  zones: number;
  /** Services that these zones have to offer an endpoint to, by the end of its name: `sqs`. */
  endpoints: string[];
  clusters: number;
  /** Subnet groups, and as many parameter groups. */
  groups: number;
  /** Writers and readers. */
  instances: number;
}

export interface QuotaClients {
  quotas: ServiceQuotasClient;
  /** Lists what there is, by CloudFormation's names of types. */
  cloudControl: CloudControlClient;
}

/** A quota of the region that the data stack counts against. */
export interface AccountQuota {
  id: string;
  /** As Service Quotas calls it. */
  name: string;
  service: 'vpc' | 'rds';
  code: string;
  /** What is counted, as CloudFormation calls it. */
  type: string;
  need: Exclude<keyof StageNeeds, 'stack' | 'region' | 'zones' | 'endpoints'>;
}

/**
 * The quotas that a deployment may meet, of those that the templates count against: 5, 40, 40, 50 and 50 in most regions
 * ("Amazon VPC quotas", "Quotas and constraints for Amazon Aurora"). No template has an elastic IP, a NAT or an internet gateway.
 */
export const ACCOUNT_QUOTAS: readonly AccountQuota[] = [
  {
    id: 'vpcs',
    name: 'VPCs per Region',
    service: 'vpc',
    code: 'L-F678F1CE',
    type: 'AWS::EC2::VPC',
    need: 'networks',
  },
  {
    id: 'clusters',
    name: 'DB clusters',
    service: 'rds',
    code: 'L-952B80B8',
    type: 'AWS::RDS::DBCluster',
    need: 'clusters',
  },
  {
    id: 'instances',
    name: 'DB instances',
    service: 'rds',
    code: 'L-7B6409FD',
    type: 'AWS::RDS::DBInstance',
    need: 'instances',
  },
  {
    id: 'subnet-groups',
    name: 'DB subnet groups',
    service: 'rds',
    code: 'L-48C6BF61',
    type: 'AWS::RDS::DBSubnetGroup',
    need: 'groups',
  },
  {
    id: 'parameter-groups',
    name: 'DB cluster parameter groups',
    service: 'rds',
    code: 'L-E4C808A8',
    type: 'AWS::RDS::DBClusterParameterGroup',
    need: 'groups',
  },
];

/** How many there may be, and how many there are. */
export async function readQuota(
  { quotas, cloudControl }: QuotaClients,
  { service, code, type }: AccountQuota,
): Promise<{ most: number; used: number }> {
  const asked = { ServiceCode: service, QuotaCode: code };
  // An account that never had a quota of its own gets none here; the default holds.
  const { Quota } = await quotas.send(new GetServiceQuotaCommand(asked)).catch((error: unknown) => {
    if (error instanceof NoSuchResourceException)
      return quotas.send(new GetAWSDefaultServiceQuotaCommand(asked));
    throw error;
  });
  if (Quota?.Value === undefined) throw new Error(`Service Quotas does not say what ${code} is.`);
  let used = 0;
  for await (const { ResourceDescriptions = [] } of paginateListResources(
    { client: cloudControl },
    { TypeName: type },
  ))
    used += ResourceDescriptions.length;
  return { most: Quota.Value, used };
}
