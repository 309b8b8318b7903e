import {
  Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import { type AlarmDefinition, checkHeartbeats, type Severity } from './alarm-definition.ts';
import type { AlarmTopics } from './alarm-topics.ts';
import type { StageSettings } from './stages.ts';
import { type NamePrefix, trackerName } from './tracker-name.ts';

export interface TrackerAlarmsProps {
  readonly definitions: readonly AlarmDefinition[];
  readonly topics: AlarmTopics;
  readonly settings: NamePrefix & Pick<StageSettings, 'runbookUrl'>;
}

/** Every alarm with its runbook link, each a notification of its own, and one composite per severity for a pager. */
export class TrackerAlarms extends Construct {
  readonly alarms: Alarm[];

  constructor(scope: Construct, id: string, props: TrackerAlarmsProps) {
    super(scope, id);
    const { definitions, topics, settings } = props;
    checkHeartbeats(definitions);
    const bySeverity: Record<Severity, Alarm[]> = { page: [], ticket: [] };
    this.alarms = definitions.map((definition) => {
      const alarm = this.alarm(definition, settings);
      alarm.addAlarmAction(new SnsAction(topics.notifications));
      alarm.addOkAction(new SnsAction(topics.notifications));
      bySeverity[definition.severity].push(alarm);
      return alarm;
    });
    const page = this.composite('Page', 'page', bySeverity.page, settings);
    page.addAlarmAction(new SnsAction(topics.pages));
    page.addOkAction(new SnsAction(topics.pages));
    this.composite('Ticket', 'ticket', bySeverity.ticket, settings).addAlarmAction(
      new SnsAction(topics.notifications),
    );
  }

  private alarm(definition: AlarmDefinition, settings: TrackerAlarmsProps['settings']): Alarm {
    const { name, says, silence, periods } = definition;
    const [evaluationPeriods, datapointsToAlarm] = periods ?? [1, 1];
    return new Alarm(this, name, {
      alarmName: trackerName(settings, `pagw-${name}`),
      alarmDescription: `${says} Runbook: ${settings.runbookUrl}#${name}`,
      metric: definition.metric,
      threshold: definition.threshold,
      comparisonOperator: definition.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods,
      datapointsToAlarm,
      treatMissingData: silence === 'breaching' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }

  private composite(
    id: string,
    severity: Severity,
    alarms: Alarm[],
    settings: TrackerAlarmsProps['settings'],
  ): CompositeAlarm {
    return new CompositeAlarm(this, id, {
      compositeAlarmName: trackerName(settings, `pagw-${severity}`),
      alarmDescription: `At least one ${severity} alarm of the PAGW event tracker. Runbook: ${settings.runbookUrl}#${severity}`,
      alarmRule: AlarmRule.anyOf(...alarms.map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM))),
    });
  }
}
