import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from 'aws-cdk-lib/aws-backup';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { nameOfThisStack } from './name-of-this-stack.ts';
import { type BackupSettings, type NamePrefix, type StageSettings, trackerName } from './stages.ts';

export interface DatabaseBackupsProps {
  readonly settings: BackupSettings & NamePrefix;
  readonly clusterArn: string;
  /** Encrypts what is in the vault. */
  readonly key: Key;
}

/** A snapshot of the cluster each night in a vault of its own, and copies of it in vaults elsewhere. */
export class DatabaseBackups extends Construct {
  constructor(scope: Construct, id: string, { settings, clusterArn, key }: DatabaseBackupsProps) {
    super(scope, id);
    const { keepDays, copyTo = [], lockDays } = settings;
    const name = trackerName(settings, 'pagw-event-tracker');
    const vault = new BackupVault(this, 'Vault', {
      // It stays, and must not stand in the way of the next.
      backupVaultName: nameOfThisStack(name),
      encryptionKey: key,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      blockRecoveryPointDeletion: true,
      ...(lockDays === undefined ? {} : { lockConfiguration: { minRetention: Duration.days(lockDays) } }),
    });
    const plan = new BackupPlan(this, 'Plan', { backupPlanName: name, backupVault: vault });
    plan.addRule(
      new BackupPlanRule({
        ruleName: 'nightly',
        scheduleExpression: Schedule.cron({ hour: '9', minute: '0' }),
        deleteAfter: Duration.days(keepDays),
        copyActions: copyTo.map((vaultArn, place) => ({
          destinationBackupVault: BackupVault.fromBackupVaultArn(this, `Copy${place + 1}`, vaultArn),
          deleteAfter: Duration.days(keepDays),
        })),
      }),
    );
    const selection = plan.addSelection('Database', { resources: [BackupResource.fromArn(clusterArn)] });
    acknowledge(selection, {
      'Solutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup]':
        'The policy AWS keeps for AWS Backup; the selection names the one cluster.',
    });
  }
}

/**
 * Another account copies a snapshot by its own service role, which reads it by the key of the database ("Creating backup copies across
 * AWS accounts"). In the stack of the key.
 */
export function letCopy(key: Key, { backup }: StageSettings): void {
  const accounts = new Set(backup?.copyTo?.map((arn) => arn.split(':')[4] ?? ''));
  accounts.delete(Stack.of(key).account);
  if (accounts.size === 0) return;
  const principals = [...accounts].map((account) => new AccountPrincipal(account));
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'VaultsOfOtherAccounts',
      principals,
      actions: ['kms:Decrypt', 'kms:DescribeKey'],
      resources: ['*'],
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'GrantsForVaultsOfOtherAccounts',
      principals,
      actions: ['kms:CreateGrant'],
      resources: ['*'],
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  );
}
