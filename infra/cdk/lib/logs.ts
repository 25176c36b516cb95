/** `trail-logs`: the trail's log group. */

import { Aws, Duration } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnSubscriptionFilter, ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { functionOf, logOf, retries } from './functions';
import { roleOf } from './role';
import { allow, Shared, Worker } from './shared';

const NAME = 'trail-logs';

/** The function with its role, log, subscription and retries. */
export function logsOf(scope: Construct, shared: Shared, trailLog: ILogGroup, refreshes: boolean): Worker {
  const { settings, rejectedQueue, deadLetterQueue } = shared;
  const log = logOf(scope, NAME, shared);
  const own = [
    // What can't be read, and what Lambda gives up after its retries, which it sends in the function's name.
    allow('RejectedAndDeadLetters', {
      actions: ['sqs:SendMessage'], resources: [rejectedQueue.queueArn, deadLetterQueue.queueArn],
    }),
  ];
  const role = roleOf(scope, NAME, shared, { log, refreshes, own });
  const worker = functionOf(scope, NAME, shared, {
    description: "Tattletrail, from the trail's log group",
    timeout: Duration.seconds(60),
    memorySize: settings.memorySize,
    role,
    log,
  });
  retries(scope, NAME, worker, deadLetterQueue);
  const group = trailLog.logGroupName;
  const permission = new CfnPermission(scope, 'TrailLogsPermission', {
    functionName: worker.functionName,
    action: 'lambda:InvokeFunction',
    principal: 'logs.amazonaws.com',
    sourceAccount: Aws.ACCOUNT_ID,
    sourceArn: `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${group}:*`,
  });
  // A log group has room for two.
  const subscription = new CfnSubscriptionFilter(scope, 'TrailLogsSubscription', {
    filterName: settings.name,
    logGroupName: group,
    // Everything: what no rule is about comes to nothing quickly.
    filterPattern: '',
    destinationArn: worker.functionArn,
  });
  subscription.addResourceDependency(permission);
  return { name: NAME, function: worker, role };
}
