import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { allowKey } from './encryption-keys.ts';
import type { PrivateNetwork } from './private-network.ts';

/**
 * `pagw_owner` logs in itself. The others, which the migrations make and grant rights to, do not; their two users, `<role>_a` and
 * `<role>_b`, do.
 */
export type LoginRole =
  | 'pagw_owner'
  | 'pagw_maintainer'
  | 'pagw_writer'
  | 'pagw_operator'
  | 'pagw_reader'
  | 'pagw_rotator';

export interface DatabaseLoginProps {
  readonly role: LoginRole;
  readonly key: Key;
}

const ROTATED_BY_WHAT_RUNS =
  'RotateFlow has its schedule in the other stack, with the function that it invokes: from here neither could be seen.';

/** A secret `{"username", "password"}` whose rotation alternates between the role's two users, where it has two: no login fails meanwhile. */
export class DatabaseLogin extends Construct {
  readonly role: LoginRole;
  readonly secret: Secret;
  readonly #key: Key;

  constructor(scope: Construct, id: string, props: DatabaseLoginProps) {
    super(scope, id);
    this.role = props.role;
    this.#key = props.key;
    this.secret = new Secret(this, 'Secret', {
      description: `Login of ${props.role} in the PAGW event database`,
      encryptionKey: props.key,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({
          username: props.role === 'pagw_owner' ? props.role : `${props.role}_a`,
        }),
        generateStringKey: 'password',
        passwordLength: 40,
        excludePunctuation: true,
      },
    });
    this.secret.denyAccountRootDelete();
    acknowledge(this.secret, {
      'Solutions-SMG4': ROTATED_BY_WHAT_RUNS,
      'HIPAA+NIST-SecretsManagerRotationEnabled': ROTATED_BY_WHAT_RUNS,
    });
  }

  /** Lets a function give the login a new password. */
  grantRotate(grantee: IGrantable, network?: PrivateNetwork): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [
          'secretsmanager:DescribeSecret',
          'secretsmanager:GetSecretValue',
          'secretsmanager:PutSecretValue',
          'secretsmanager:UpdateSecretVersionStage',
        ],
        resources: [this.secret.secretArn],
        ...(network === undefined ? {} : { conditions: network.from('secretsmanager') }),
      }),
    );
    allowKey(grantee, this.#key, ['kms:Decrypt', 'kms:GenerateDataKey']);
  }
}
