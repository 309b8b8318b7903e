import { Fn, Stack, type StackProps } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { defineStage, EventTracker } from 'pagw-event-tracker';

/** A platform's own stack: its network, a service, and the tracker that the service reports to. */
export class ClaimsStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    new Vpc(this, 'Vpc', {
      natGateways: 0,
      maxAzs: 2,
      subnetConfiguration: [{ name: 'Services', subnetType: SubnetType.PRIVATE_ISOLATED }],
    });
    const parser = new Role(this, 'Parser', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });

    // Two stacks of its own, beside this one: PagwEventTracker-prod-data and PagwEventTracker-prod.
    const tracker = new EventTracker(this, 'Tracker', {
      stage: 'prod',
      settings: defineStage({
        like: 'prod',
        notify: ['on-call@example.org'],
        runbookUrl: 'https://wiki.example.org/pagw-runbook',
        retention: { logDays: 2_192 },
      }),
    });
    tracker.grantSendEvents(parser);
    tracker.grantReceiveRetries(parser);
  }

  /** By number: their names would be looked up in the account, which a synthesis has no need of. */
  override get availabilityZones(): string[] {
    return [0, 1].map((place) => Fn.select(place, Fn.getAzs()));
  }
}
