interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties have no type of ours
  Properties: Record<string, any>;
}

/** What is looked at of a template. */
export interface StackTemplate {
  Resources: Readonly<Record<string, Resource>>;
  Outputs?: Readonly<Record<string, { Value: unknown; Export?: { Name: unknown } }>>;
}

/** What CloudFormation would fill in, made up so that every template of an app says the same. */
export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** A name of a resource: the one it has, else the logical id without the CDK's hash. */
const nameOf = (id: string, { Properties }: Resource, property: string) =>
  typeof Properties?.[property] === 'string' ? Properties[property] : withoutHash(id);
const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;

type Values = Readonly<Record<string, (id: string, resource: Resource) => string>>;

/** By type: what `Ref` and each attribute stand for. A type or attribute that is not here has no value. */
const VALUES: Readonly<Record<string, Values>> = {
  'AWS::SQS::Queue': {
    Ref: (id, queue) => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${nameOf(id, queue, 'QueueName')}`,
    Arn: (id, queue) => arn('sqs', nameOf(id, queue, 'QueueName')),
    QueueName: (id, queue) => nameOf(id, queue, 'QueueName'),
  },
  'AWS::SNS::Topic': {
    Ref: (id, topic) => arn('sns', nameOf(id, topic, 'TopicName')),
    TopicArn: (id, topic) => arn('sns', nameOf(id, topic, 'TopicName')),
    TopicName: (id, topic) => nameOf(id, topic, 'TopicName'),
  },
  'AWS::S3::Bucket': {
    Ref: (id, bucket) => nameOf(id, bucket, 'BucketName').toLowerCase(),
    Arn: (id, bucket) => `arn:aws:s3:::${nameOf(id, bucket, 'BucketName').toLowerCase()}`,
  },
  'AWS::KMS::Key': {
    Ref: (id) => withoutHash(id),
    Arn: (id) => arn('kms', `key/${withoutHash(id)}`),
  },
  'AWS::SecretsManager::Secret': {
    Ref: (id, secret) => arn('secretsmanager', `secret:${nameOf(id, secret, 'Name')}-AbCdEf`),
  },
  'AWS::RDS::DBCluster': {
    Ref: (id, cluster) => nameOf(id, cluster, 'DBClusterIdentifier'),
    DBClusterArn: (id, cluster) => arn('rds', `cluster:${nameOf(id, cluster, 'DBClusterIdentifier')}`),
    'MasterUserSecret.SecretArn': (id) => arn('secretsmanager', `secret:rds!${withoutHash(id)}-AbCdEf`),
  },
  'AWS::IAM::Role': {
    Ref: (id, role) => nameOf(id, role, 'RoleName'),
    Arn: (id, role) => `arn:aws:iam::${ACCOUNT}:role/${nameOf(id, role, 'RoleName')}`,
  },
  'AWS::Lambda::Function': {
    Ref: (id, lambda) => nameOf(id, lambda, 'FunctionName'),
    Arn: (id, lambda) => arn('lambda', `function:${nameOf(id, lambda, 'FunctionName')}`),
  },
  'AWS::Logs::LogGroup': {
    Ref: (id, group) => nameOf(id, group, 'LogGroupName'),
    Arn: (id, group) => arn('logs', `log-group:${nameOf(id, group, 'LogGroupName')}:*`),
  },
  'AWS::StepFunctions::StateMachine': {
    Ref: (id, machine) => arn('states', `stateMachine:${nameOf(id, machine, 'StateMachineName')}`),
    Arn: (id, machine) => arn('states', `stateMachine:${nameOf(id, machine, 'StateMachineName')}`),
  },
  'AWS::EC2::VPCEndpoint': {
    Ref: (id) => `vpce-${withoutHash(id)}`,
  },
  'AWS::EC2::VPC': {
    DefaultSecurityGroup: () => 'sg-default',
  },
};

function withoutHash(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '');
}

/** A resource of one of the account's stacks. */
export interface PlacedResource {
  stack: string;
  logicalId: string;
  resource: Resource;
}

/** The stacks of an app as they would stand in one account, with every reference between and within them filled in. */
export class MadeUpAccount {
  readonly #stacks: Readonly<Record<string, StackTemplate>>;

  /** @param stacks templates by the name of their stack */
  constructor(stacks: Readonly<Record<string, StackTemplate>>) {
    this.#stacks = stacks;
  }

  all(): PlacedResource[] {
    return Object.entries(this.#stacks).flatMap(([stack, { Resources }]) =>
      Object.entries(Resources).map(([logicalId, resource]) => ({ stack, logicalId, resource })),
    );
  }

  ofType(type: string): PlacedResource[] {
    return this.all().filter(({ resource }) => resource.Type === type);
  }

  /** `Ref`, or the attribute `name`, of a resource. */
  valueOf({ stack, logicalId, resource }: PlacedResource, name = 'Ref'): string {
    const value = VALUES[resource.Type]?.[name];
    if (value === undefined)
      throw new Error(`${name} of ${logicalId} in ${stack} (${resource.Type}) has no made-up value.`);
    return value(logicalId, resource);
  }

  /**
   * A template's value with its functions filled in.
   * @throws Error for a function or a reference that has no made-up value
   */
  resolve(stack: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(stack, item));
    if (typeof value !== 'object' || value === null) return value;
    const [[name, argument] = [], ...others] = Object.entries(value);
    if (name === 'Ref' || name?.startsWith('Fn::')) {
      if (others.length > 0) throw new Error(`${name} does not stand alone in ${stack}.`);
      return this.#fill(stack, name, argument);
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.resolve(stack, item)]));
  }

  /** The same where only a text makes sense. */
  text(stack: string, value: unknown): string {
    const text = this.resolve(stack, value);
    if (typeof text !== 'string') throw new Error(`${JSON.stringify(value)} in ${stack} is no text.`);
    return text;
  }

  #fill(stack: string, name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return PSEUDO[String(argument)] ?? this.valueOf(this.#find(stack, String(argument)));
      case 'Fn::GetAtt': {
        const [logicalId, attribute] = argument as [string, string];
        return this.valueOf(this.#find(stack, logicalId), attribute);
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown[]];
        return parts.map((part) => this.text(stack, part)).join(separator);
      }
      case 'Fn::Sub': {
        if (typeof argument !== 'string') throw new Error(`Fn::Sub with variables of its own in ${stack}.`);
        return argument.replaceAll(/\$\{([^!}.]+)(?:\.([^}]+))?\}/g, (_, id: string, attribute?: string) =>
          this.text(stack, attribute === undefined ? { Ref: id } : { 'Fn::GetAtt': [id, attribute] }),
        );
      }
      case 'Fn::ImportValue':
        return this.#exported(this.text(stack, argument));
      default:
        throw new Error(`${name} in ${stack} has no made-up value.`);
    }
  }

  #find(stack: string, logicalId: string): PlacedResource {
    const resource = this.#stacks[stack]?.Resources[logicalId];
    if (resource === undefined) throw new Error(`${stack} has no resource ${logicalId}.`);
    return { stack, logicalId, resource };
  }

  #exported(name: string): unknown {
    for (const [stack, { Outputs = {} }] of Object.entries(this.#stacks))
      for (const { Value, Export } of Object.values(Outputs))
        if (Export !== undefined && this.text(stack, Export.Name) === name) return this.resolve(stack, Value);
    throw new Error(`No stack exports ${name}.`);
  }
}
