/** How an alarm is made here. */

import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { pascal } from './shared';

/** A series of CloudWatch. */
export interface Series {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions?: Record<string, string>;
}

/** What an alarm looks at. It rings at one and more, unless it is said otherwise. */
export interface Sign {
  /** The part of its name after the stack's. */
  readonly name: string;
  /** What it means, and what to do. */
  readonly description: string;
  readonly of: Series;
  readonly statistic?: 'Sum' | 'Maximum';
  readonly periods?: number;
  readonly threshold?: number;
}

/** Makes an alarm that rings when there is something. */
export function alarmOf(scope: Construct, stack: string, sign: Sign, actions?: string[]): CfnAlarm {
  return new CfnAlarm(scope, `${pascal(sign.name)}Alarm`, {
    ...named(stack, sign),
    ...series(sign),
    period: 300,
    evaluationPeriods: sign.periods ?? 1,
    threshold: sign.threshold ?? 1,
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    treatMissingData: 'notBreaching',
    alarmActions: actions,
    okActions: actions,
  });
}

/** Makes an alarm that rings when for two hours there was nothing: no data is the worst data. */
export function silenceOf(scope: Construct, stack: string, sign: Sign): CfnAlarm {
  return new CfnAlarm(scope, `${pascal(sign.name)}Alarm`, {
    ...named(stack, sign),
    ...series(sign),
    period: 3600,
    evaluationPeriods: 2,
    threshold: 1,
    comparisonOperator: 'LessThanThreshold',
    treatMissingData: 'breaching',
  });
}

/** Makes an alarm that rings when several series have something together. */
export function sumOf(
  scope: Construct, stack: string, sign: Omit<Sign, 'of'>, label: string, parts: Record<string, Series>,
): CfnAlarm {
  const sum = { id: 'total', label, expression: Object.keys(parts).map((id) => `FILL(${id}, 0)`).join(' + ') };
  const metrics = Object.entries(parts).map(([id, part]) => ({
    id,
    returnData: false,
    metricStat: {
      metric: { namespace: part.namespace, metricName: part.metricName, dimensions: dimensions(part) },
      stat: 'Sum',
      period: 300,
    },
  }));
  return new CfnAlarm(scope, `${pascal(sign.name)}Alarm`, {
    ...named(stack, sign),
    metrics: [sum, ...metrics],
    evaluationPeriods: sign.periods ?? 1,
    threshold: sign.threshold ?? 1,
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    treatMissingData: 'notBreaching',
  });
}

function named(stack: string, { name, description }: Pick<Sign, 'name' | 'description'>) {
  return { alarmName: `${stack}-${name}`, alarmDescription: description };
}

function series({ of, statistic }: Sign) {
  const { namespace, metricName } = of;
  return { namespace, metricName, dimensions: dimensions(of), statistic: statistic ?? 'Sum' };
}

function dimensions({ dimensions: given }: Series) {
  return given && Object.entries(given).map(([name, value]) => ({ name, value }));
}
