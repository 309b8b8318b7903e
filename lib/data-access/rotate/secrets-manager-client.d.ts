/** What rotation uses of the Secrets Manager client, which the Lambda runtime brings along. */
declare module '@aws-sdk/client-secrets-manager' {
  export class SecretsManager {
    constructor(configuration: object);
    getSecretValue(input: {
      SecretId: string;
      VersionId?: string;
      VersionStage?: string;
    }): Promise<{ SecretString?: string }>;
    putSecretValue(input: {
      SecretId: string;
      ClientRequestToken: string;
      SecretString: string;
      VersionStages: string[];
    }): Promise<unknown>;
    describeSecret(input: { SecretId: string }): Promise<{ VersionIdsToStages?: Record<string, string[]> }>;
    updateSecretVersionStage(input: {
      SecretId: string;
      VersionStage: string;
      MoveToVersionId: string;
      RemoveFromVersionId?: string;
    }): Promise<unknown>;
  }
}
