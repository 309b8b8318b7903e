import { Aws, CfnResource, Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type ISubnet,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, type IConstruct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { EncryptedLogGroup, type LogSettings } from './encrypted-log-group.ts';
import { type CalledService, calledServices } from './stage-settings.ts';
import type { ExistingNetwork } from './stages.ts';

export interface TrackerNetworkProps {
  readonly logs: LogSettings;
  /** Zones of a new VPC. */
  readonly zones: number;
  /** @default a new VPC of isolated subnets */
  readonly existing?: ExistingNetwork;
}

/** Where the cluster lives: isolated subnets, no gateway, no NAT, and a security group that admits nothing. */
export class TrackerNetwork extends Construct {
  readonly vpc: IVpc;
  readonly subnets: ISubnet[];
  /** The cluster's. It has no rule in either direction: the Data API does not come through the network. */
  readonly closed: SecurityGroup;

  constructor(scope: Construct, id: string, props: TrackerNetworkProps) {
    super(scope, id);
    this.vpc =
      props.existing === undefined
        ? (this.newVpc(props) as IVpc)
        : Vpc.fromVpcAttributes(this, 'Vpc', props.existing);
    this.subnets = this.vpc.isolatedSubnets;
    acknowledge(this, {
      'Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId':
        'No route is added to a subnet that was there before.',
    });
    this.closed = new SecurityGroup(this, 'Closed', {
      vpc: this.vpc,
      description: 'PAGW events database: admits nothing; the Data API needs no network path',
      allowAllOutbound: false,
    });
  }

  private newVpc({ logs, zones }: TrackerNetworkProps): Vpc {
    const vpc = new Vpc(this, 'Vpc', {
      natGateways: 0,
      maxAzs: zones,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 26 }],
    });
    const { logGroup } = new EncryptedLogGroup(this, 'FlowLogs', logs);
    vpc.addFlowLog('FlowLog', {
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
      trafficType: FlowLogTrafficType.ALL,
    });
    acknowledge(vpc, {
      'HIPAA+NIST-IAMNoInlinePolicy':
        'The role serves one flow log, so its rights are read and changed with it.',
    });
    const closesDefaultGroup = Stack.of(this).node.tryFindChild(
      'Custom::VpcRestrictDefaultSGCustomResourceProvider',
    );
    if (closesDefaultGroup !== undefined) {
      acknowledge(closesDefaultGroup, {
        'cdk-validator-cfnguard::lambda_inside_vpc_check':
          "The CDK's function that empties the default security group; it talks to the EC2 API only.",
      });
      logEncrypted(closesDefaultGroup, new EncryptedLogGroup(this, 'DefaultGroupLogs', logs).logGroup);
    }
    return vpc;
  }
}

/** Else the CDK's function makes itself a log group without a key and without an end. */
function logEncrypted(provider: IConstruct, { logGroupName }: ILogGroup): void {
  for (const child of provider.node.children) {
    if (child instanceof CfnResource && child.cfnResourceType === 'AWS::Lambda::Function')
      child.addPropertyOverride('LoggingConfig', { LogGroup: logGroupName });
  }
}

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
