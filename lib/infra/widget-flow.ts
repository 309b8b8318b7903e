import { Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { RulesLayer } from './rules-layer.ts';
import type { TrackerDatabase } from './tracker-database.ts';
import { reservedOf, type SharedByFunctions, TrackerFunction } from './tracker-function.ts';

export interface WidgetFlowProps {
  readonly database: TrackerDatabase;
  readonly shared: SharedByFunctions;
  /** @default the account's unreserved pool */
  readonly reservedConcurrentExecutions?: number;
  readonly rules: RulesLayer;
  /** The one tenant it shows, or `*` for all. */
  readonly tenant: string;
}

/** The dashboard's custom widget. It reads as the reader: whoever can see a dashboard can change its parameters. */
export class WidgetFlow extends Construct {
  readonly widget: TrackerFunction;

  constructor(scope: Construct, id: string, props: WidgetFlowProps) {
    super(scope, id);
    this.widget = new TrackerFunction(this, 'Widget', {
      flow: 'widget',
      description: 'Draws PAGW timelines and the stuck board on the dashboard',
      shared: props.shared,
      timeout: Duration.seconds(30),
      ...reservedOf(props),
      environment: {
        WIDGET_TENANT: props.tenant,
        STACK_NAME: Stack.of(this).stackName,
      },
    });
    props.rules.serve(this.widget);
    this.widget.useDatabase(props.database, 'reader');
    acknowledge(this.widget, {
      'HIPAA+NIST+Serverless-LambdaDLQ':
        'The console invokes it synchronously: whoever looks sees the failure.',
    });
  }
}
