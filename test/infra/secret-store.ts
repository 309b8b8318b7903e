import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Version {
  value?: string;
  stages: string[];
}

/** One secret, kept and spoken to as Secrets Manager does: versions by token, found by token or by stage. */
export interface SecretStore {
  /** For `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
  url: string;
  /** What a stage stands for now. */
  login(stage: 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS'): { username: string; password: string };
  /** As Secrets Manager begins a rotation: the version is known before it has a value. */
  announce(token: string): void;
  close(): Promise<void>;
}

/** Serves the four calls that a rotation needs. */
export async function startSecretStore(first: object): Promise<SecretStore> {
  const versions = new Map<string, Version>([
    ['first', { value: JSON.stringify(first), stages: ['AWSCURRENT'] }],
  ]);
  const withStage = (stage: string) => [...versions].find(([, { stages }]) => stages.includes(stage))?.[0];
  const answers: Record<string, (call: Record<string, string & string[]>) => object | undefined> = {
    GetSecretValue({ VersionId, VersionStage = 'AWSCURRENT' }) {
      const value = versions.get(VersionId ?? withStage(String(VersionStage)) ?? '')?.value;
      return value === undefined ? undefined : { SecretString: value };
    },
    PutSecretValue({ ClientRequestToken = '', SecretString = '', VersionStages = [] }) {
      versions.set(String(ClientRequestToken), { value: String(SecretString), stages: [...VersionStages] });
      return {};
    },
    DescribeSecret: () => ({
      VersionIdsToStages: Object.fromEntries([...versions].map(([token, { stages }]) => [token, stages])),
    }),
    UpdateSecretVersionStage({ MoveToVersionId = '', RemoveFromVersionId = '' }) {
      for (const version of versions.values())
        version.stages = version.stages.filter((stage) => stage !== 'AWSPREVIOUS' && stage !== 'AWSCURRENT');
      versions.get(String(RemoveFromVersionId))?.stages.push('AWSPREVIOUS');
      versions.get(String(MoveToVersionId))?.stages.push('AWSCURRENT');
      return {};
    },
  };
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).replace('secretsmanager.', '');
      const answer = answers[operation]?.(JSON.parse(body));
      response.writeHead(answer === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(answer ?? { __type: 'ResourceNotFoundException', message: 'no value' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    login: (stage) => JSON.parse(versions.get(withStage(stage) ?? '')?.value ?? '{}'),
    announce: (token) => versions.set(token, { stages: [] }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
