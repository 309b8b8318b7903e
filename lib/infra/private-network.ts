import { Aws } from 'aws-cdk-lib';
import {
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  Peer,
  Port,
  SecurityGroup,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type CalledService, calledServices } from './called-services.ts';
import type { TrackerNetwork } from './tracker-network.ts';

export interface PrivateNetworkProps {
  readonly network: TrackerNetwork;
  /** Whether functions put events on a bus. @default false */
  readonly callsEvents?: boolean;
}

/** Where functions run in private mode: the cluster's isolated subnets, with endpoints to what they call and no other way out. */
export class PrivateNetwork extends Construct {
  /** What puts a function there. */
  readonly placed: Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'>;
  readonly #endpoints: Readonly<Record<CalledService, InterfaceVpcEndpoint>>;

  constructor(scope: Construct, id: string, { network: { vpc, subnets }, callsEvents }: PrivateNetworkProps) {
    super(scope, id);
    const functions = new SecurityGroup(this, 'Functions', {
      vpc,
      description: 'PAGW functions: to the endpoints and S3 alone, by TLS; nothing comes in',
      allowAllOutbound: false,
    });
    const endpoints = new SecurityGroup(this, 'Endpoints', {
      vpc,
      description: 'PAGW endpoints: from the functions alone, by TLS',
      allowAllOutbound: false,
    });
    endpoints.addIngressRule(functions, Port.HTTPS, 'Functions call AWS');
    functions.addEgressRule(endpoints, Port.HTTPS, 'Functions call AWS');
    const s3 = new GatewayVpcEndpoint(this, 'S3', {
      vpc,
      service: GatewayVpcEndpointAwsService.S3,
      subnets: [{ subnets }],
    });
    s3.addToPolicy(ofThisAccount());
    // The subnets have no route but to S3, whose addresses no rule can name without looking them up by region.
    functions.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'S3 by its gateway');
    this.#endpoints = Object.fromEntries(
      calledServices(callsEvents === true).map((name) => {
        const endpoint = new InterfaceVpcEndpoint(this, name, {
          vpc,
          service: new InterfaceVpcEndpointAwsService(name),
          subnets: { subnets },
          securityGroups: [endpoints],
          open: false,
        });
        endpoint.addToPolicy(ofThisAccount());
        return [name, endpoint];
      }),
    ) as Record<CalledService, InterfaceVpcEndpoint>;
    this.placed = { vpc, vpcSubnets: { subnets }, securityGroups: [functions] };
  }

  /** The condition that a call comes through the endpoint of its service. */
  from(service: CalledService): Record<string, Record<string, string>> {
    return { StringEquals: { 'aws:SourceVpce': this.#endpoints[service].vpcEndpointId } };
  }
}

/** Nobody takes data out by an endpoint with credentials of another account. */
function ofThisAccount(): PolicyStatement {
  return new PolicyStatement({
    principals: [new AnyPrincipal()],
    actions: ['*'],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:PrincipalAccount': Aws.ACCOUNT_ID } },
  });
}
