import { type CloudControlClient, paginateListResources } from '@aws-sdk/client-cloudcontrol';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { SignatureV4 } from '@smithy/signature-v4';

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

/** A call of EC2's Query API, and where its answer names zones, each in its own tag. */
interface Question {
  Action: string;
  filter: [name: string, value: string];
  names: RegExp;
}

const DEFAULT_SUBNETS: Question = {
  Action: 'DescribeSubnets',
  filter: ['default-for-az', 'true'],
  names: /<availabilityZone>([^<]+)</g,
};
const ZONES: Question = {
  Action: 'DescribeAvailabilityZones',
  filter: ['zone-type', 'availability-zone'],
  names: /<zoneName>([^<]+)</g,
};

/**
 * The zones among which CloudFormation lets a template choose by number: those with a default subnet, or all where there is no such
 * subnet ("Fn::GetAZs"). EC2's own client would be a tenth of the package.
 */
export async function readZones(like: CloudFormationClient): Promise<string[]> {
  const zones = await ask(like, DEFAULT_SUBNETS);
  return zones.length > 0 ? zones : ask(like, ZONES);
}

/** The zones in which a VPC may have an endpoint to a service, none where the region has no such service. */
export async function readZonesOffering(like: CloudFormationClient, service: string): Promise<string[]> {
  const name = `com.amazonaws.${await like.config.region()}.${service}`;
  return ask(like, {
    Action: 'DescribeVpcEndpointServices',
    filter: ['service-name', name],
    // Beside ids of zones (`use1-az1`), names of services and of hosts.
    names: /<item>([a-z]+(?:-[a-z]+)+-\d+[a-z])</g,
  });
}

async function ask(
  { config }: CloudFormationClient,
  { Action, filter: [name, value], names }: Question,
): Promise<string[]> {
  const Region = await config.region();
  const hostname = config.endpointProvider({ Region }).url.hostname.replace('cloudformation', 'ec2');
  const signer = new SignatureV4({
    service: 'ec2',
    region: Region,
    credentials: config.credentials,
    sha256: config.sha256,
  });
  const body = new URLSearchParams({
    Action,
    Version: '2016-11-15',
    'Filter.1.Name': name,
    'Filter.1.Value.1': value,
  }).toString();
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'https:',
    hostname,
    path: '/',
    headers: { host: hostname, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  const answer = await fetch(`https://${hostname}/`, { method: 'POST', headers, body });
  const text = await answer.text();
  if (!answer.ok) {
    const [, code = String(answer.status)] = /<Code>([^<]+)</.exec(text) ?? [];
    throw new Error(`EC2 refuses ${Action}: ${code}.`);
  }
  return [...new Set([...text.matchAll(names)].map(([, zone = '']) => zone))].sort();
}
