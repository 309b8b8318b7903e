import { App, DefaultStackSynthesizer, Tags } from 'aws-cdk-lib';
import { ClaimsStack } from '../lib/claims-stack.ts';

const app = new App();
Tags.of(app).add('cost-center', 'claims');
new ClaimsStack(app, 'Claims', {
  env: { account: '123456789012', region: 'us-east-1' },
  synthesizer: new DefaultStackSynthesizer({ qualifier: 'claims01' }),
});
