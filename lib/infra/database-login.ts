import { Duration } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type RotationSchedule, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface DatabaseLoginProps {
  /** The role the migrations make and grant rights to. It does not log in; its two users, `<role>_a` and `<role>_b`, do. */
  readonly role: 'pagw_writer' | 'pagw_reader';
  readonly key: Key;
}

const ROTATE_AFTER = Duration.days(30);

/** A secret `{"username", "password"}` whose rotation alternates between the role's two users, so no login ever fails meanwhile. */
export class DatabaseLogin extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string, props: DatabaseLoginProps) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      description: `Login of ${props.role} in the PAGW event database`,
      encryptionKey: props.key,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: `${props.role}_a` }),
        generateStringKey: 'password',
        passwordLength: 40,
        excludePunctuation: true,
      },
    });
  }

  /** Rotates now, which gives the role its first working password, and every 30 days. */
  rotateWith(rotationLambda: IFunction): RotationSchedule {
    return this.secret.addRotationSchedule('Rotation', { rotationLambda, automaticallyAfter: ROTATE_AFTER });
  }
}
