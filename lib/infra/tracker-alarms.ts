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

export interface TrackerAlarmsProps {
  readonly definitions: readonly AlarmDefinition[];
  readonly topics: AlarmTopics;
  readonly runbookUrl: string;
}

/** Every alarm with its runbook link, told one by one as notices, and one composite per severity for a pager. */
export class TrackerAlarms extends Construct {
  readonly alarms: Alarm[];

  constructor(scope: Construct, id: string, props: TrackerAlarmsProps) {
    super(scope, id);
    const { definitions, topics, runbookUrl } = props;
    checkHeartbeats(definitions);
    const bySeverity: Record<Severity, Alarm[]> = { page: [], ticket: [] };
    this.alarms = definitions.map((definition) => {
      const alarm = this.alarm(definition, runbookUrl);
      alarm.addAlarmAction(new SnsAction(topics.notices));
      alarm.addOkAction(new SnsAction(topics.notices));
      bySeverity[definition.severity].push(alarm);
      return alarm;
    });
    const page = this.composite('Page', 'page', bySeverity.page, runbookUrl);
    page.addAlarmAction(new SnsAction(topics.pages));
    page.addOkAction(new SnsAction(topics.pages));
    this.composite('Ticket', 'ticket', bySeverity.ticket, runbookUrl).addAlarmAction(
      new SnsAction(topics.notices),
    );
  }

  private alarm(definition: AlarmDefinition, runbookUrl: string): Alarm {
    const { name, says, silence, periods } = definition;
    const [evaluationPeriods, datapointsToAlarm] = periods ?? [1, 1];
    return new Alarm(this, name, {
      alarmName: `pagw-${name}`,
      alarmDescription: `${says} Runbook: ${runbookUrl}#${name}`,
      metric: definition.metric,
      threshold: definition.threshold,
      comparisonOperator: definition.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods,
      datapointsToAlarm,
      treatMissingData: silence === 'breaching' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }

  private composite(id: string, severity: Severity, alarms: Alarm[], runbookUrl: string): CompositeAlarm {
    return new CompositeAlarm(this, id, {
      compositeAlarmName: `pagw-${severity}`,
      alarmDescription: `At least one ${severity} alarm of the PAGW event tracker. Runbook: ${runbookUrl}#${severity}`,
      alarmRule: AlarmRule.anyOf(...alarms.map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM))),
    });
  }
}
