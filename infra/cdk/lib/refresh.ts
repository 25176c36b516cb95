/** What stands open, counted and told again, by the first of the functions that there is. */

import { CfnRule, Schedule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { BRIEF, mayInvoke, target } from './rules';
import { Shared, Worker } from './shared';

/** Makes the schedule. */
export function refresh(scope: Construct, { settings, deadLetterQueue }: Shared, by: Worker): void {
  const rule = new CfnRule(scope, 'RefreshRule', {
    name: `${settings.name}-refresh`,
    description: 'Has Tattletrail count what stands open and tell Security Hub of it again',
    scheduleExpression: Schedule.rate(settings.refreshRate).expressionString,
    targets: [target('function', by.function.functionArn, BRIEF, deadLetterQueue.queueArn)],
  });
  mayInvoke(scope, 'RefreshPermission', rule.attrArn, by.function);
}
