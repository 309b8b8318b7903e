import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SignatureV4 } from '@smithy/signature-v4';

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
