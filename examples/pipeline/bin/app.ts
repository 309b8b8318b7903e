import { App } from 'aws-cdk-lib';
import { PipelineRoleStack } from '../lib/pipeline-role-stack.ts';

new PipelineRoleStack(new App(), 'PagwPipeline-prod', {
  env: { account: '123456789012', region: 'us-east-1' },
  repository: 'example-org/claims-platform',
  environment: 'prod',
});
