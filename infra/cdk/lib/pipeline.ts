/** What people are told: two alarms that are made of the others, and critical findings. */

import { Alarm, CfnAlarm, CfnCompositeAlarm, IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { alarmOf } from './alarm';
import { faults, silences, Watched } from './alarms';
import { Shared } from './shared';

/** Makes all alarms; gives the one that says that nothing comes in. */
export function alarms(scope: Construct, shared: Shared, watched: Watched): IAlarm {
  const { name } = shared.settings;
  const actions = [shared.operationsTopic.topicArn];
  const tell = { alarmActions: actions, okActions: actions };
  const down = new CfnCompositeAlarm(scope, 'PipelineDown', {
    alarmName: `${name}-pipeline-down`,
    alarmDescription: 'Nothing comes in: attacks are not seen now. The alarm below that is red says where to look '
      + 'first. While this lasts the others are kept quiet.',
    alarmRule: anyOf(silences(scope, shared.settings, watched)),
    ...tell,
  });
  // One mail for a fault, whichever of its signs are seen; none where everything stands still anyway.
  new CfnCompositeAlarm(scope, 'PipelineFaulty', {
    alarmName: `${name}-pipeline-faulty`,
    alarmDescription: 'Events come in and something is wrong with them. The alarms below that are red say what, and '
      + 'what to do.',
    alarmRule: anyOf(faults(scope, shared, watched)),
    actionsSuppressor: down.attrArn,
    // Silence is noticed after two hours, faults within minutes: wait a little for the one that explains the other.
    actionsSuppressorWaitPeriod: 120,
    actionsSuppressorExtensionPeriod: 300,
    ...tell,
  });
  alarmOf(scope, name, {
    name: 'critical-findings',
    description: 'A critical finding: data or machines are open to anyone now, or somebody is at work. The alert in '
      + 'the other topic, and Security Hub, say what, by whom and in which trace.',
    of: { namespace: 'Tattletrail/Detection', metricName: 'Findings', dimensions: { Level: 'critical' } },
  }, actions);
  return Alarm.fromAlarmArn(scope, 'PipelineDownAlarm', down.attrArn);
}

function anyOf(parts: CfnAlarm[]): string {
  return parts.map((alarm) => `ALARM("${alarm.ref}")`).join(' OR ');
}
