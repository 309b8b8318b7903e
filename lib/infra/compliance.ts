import { CfnGuardValidator } from '@cdklabs/cdk-validator-cfnguard';
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';

/** `nag` leaves cfn-guard out, which takes most of a synthesis's time. */
export type Checks = 'all' | 'nag' | 'none';

/**
 * Every finding must be acknowledged with a reason. One of cdk-nag stops synthesis; one of cfn-guard is reported by it, and
 * stops the tests.
 */
export function addComplianceChecks(app: App, checks: Checks): void {
  if (checks === 'none') return;
  Validations.of(app).addPlugins(
    new AwsSolutionsChecks(app),
    new HIPAASecurityChecks(app),
    new NIST80053R5Checks(app),
    new ServerlessChecks(app),
    ...(checks === 'all' ? [new CfnGuardValidator()] : []),
  );
}
