/**
 * Alarms: one each for what can go wrong. They tell nobody by themselves; the composite ones do (`pipeline.ts`).
 */

import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { alarmOf, Series, silenceOf, sumOf } from './alarm';
import { Events } from './events';
import { Files } from './files';
import { FunctionName } from './props';
import { Settings } from './settings';
import { Shared, Worker } from './shared';

/** What can be watched: the ways in that there are. */
export interface Watched {
  readonly events?: Events;
  readonly logs?: Worker & { readonly trailLog: ILogGroup };
  readonly files?: Files;
}

/** The alarms that say that something is wrong with what comes in. */
export function faults(scope: Construct, shared: Shared, { events, logs, files }: Watched): CfnAlarm[] {
  const stack = shared.settings.name;
  const workers = [events, logs, files].filter((worker) => worker !== undefined);
  const alarms = workers.flatMap((worker) => ofFunction(scope, shared.settings, worker));
  // What comes by a queue goes from there to the dead letters, and not by way of the function.
  alarms.push(...[events, logs].filter((worker) => worker !== undefined).map((worker) => lost(scope, stack, worker)));
  if (events) {
    alarms.push(ruleFails(scope, stack, events));
  }
  alarms.push(...queues(scope, shared));
  if (files) {
    alarms.push(alarmOf(scope, stack, {
      name: 'files-late',
      description: 'A file of the trail waits for more than 15 minutes: trail-files does not keep up, or fails. If it '
        + 'does not fail, raise FilesConcurrency and ReservedConcurrency.',
      of: queue(files.queue.queueName, 'ApproximateAgeOfOldestMessage'),
      statistic: 'Maximum',
      periods: 2,
      threshold: 900,
    }));
  }
  alarms.push(ledgerThrottled(scope, shared));
  if (shared.settings.rules) {
    alarms.push(rulesRefused(scope, stack));
  }
  return alarms;
}

function ofFunction(scope: Construct, settings: Settings, worker: Worker): CfnAlarm[] {
  const { name } = worker;
  return [
    alarmOf(scope, settings.name, {
      name: `${name}-errors`,
      description: `${name} fails. Look into its log for level ERROR: the line says which sink or setting. What it was `
        + 'given is tried again, then it is a dead letter; after the repair run tattletrail redrive.',
      of: lambda(worker, 'Errors'),
    }),
    alarmOf(scope, settings.name, {
      name: `${name}-throttles`,
      description: `${name} is called more often than it may run. Raise ReservedConcurrency, or the account's limit in `
        + 'Service Quotas. Nothing is lost within six hours.',
      of: lambda(worker, 'Throttles'),
    }),
    alarmOf(scope, settings.name, {
      name: `${name}-undelivered`,
      description: `Records that ${name} took in are not with every sink. The log says which sink and why; what is `
        + 'missing is sent with the next try. If it lasts, that sink is down or refuses.',
      of: health(settings, name, 'Undelivered'),
      periods: 2,
    }),
  ];
}

function lost(scope: Construct, stack: string, worker: Worker): CfnAlarm {
  return alarmOf(scope, stack, {
    name: `${worker.name}-lost`,
    description: `An event that ${worker.name} could not process did not reach the queue of dead letters either: it is `
      + 'lost. See whether the queue, its policy and its key are as deployed; then read the time of the alarm again '
      + 'from the trail with tattletrail publish.',
    of: lambda(worker, 'DestinationDeliveryFailures'),
  });
}

function ruleFails(scope: Construct, stack: string, { pulse }: Events): CfnAlarm {
  return alarmOf(scope, stack, {
    name: 'rule-fails',
    description: 'EventBridge could not bring an event to api-events, nor to the dead letters: it is lost, and so are '
      + 'others. Looked at is the rule that always has events; all share function, queue and policies. See whether '
      + 'those are as deployed; then read the time of the alarm again from the trail with tattletrail publish.',
    of: { namespace: 'AWS/Events', metricName: 'InvocationsFailedToBeSentToDlq', dimensions: { RuleName: pulse.ref } },
  });
}

function queues(scope: Construct, { settings, deadLetterQueue, rejectedQueue }: Shared): CfnAlarm[] {
  return [
    alarmOf(scope, settings.name, {
      name: 'dead-letters',
      description: 'Events were given up after all retries. tattletrail redrive shows them with the reason, and once '
        + 'that is repaired processes them again. They are kept for 14 days.',
      of: queue(deadLetterQueue.queueName, 'ApproximateNumberOfMessagesVisible'),
      statistic: 'Maximum',
    }),
    alarmOf(scope, settings.name, {
      name: 'rejected',
      description: 'Something came in that is no record of CloudTrail. tattletrail redrive on the queue shows what and '
        + 'why. If CloudTrail wrote it, please open an issue; they are kept for 14 days.',
      of: queue(rejectedQueue.queueName, 'ApproximateNumberOfMessagesVisible'),
      statistic: 'Maximum',
    }),
  ];
}

function ledgerThrottled(scope: Construct, { settings, ledger }: Shared): CfnAlarm {
  const throttles = (metricName: string): Series => (
    { namespace: 'AWS/DynamoDB', metricName, dimensions: { TableName: ledger.tableName } }
  );
  const parts = { reads: throttles('ReadThrottleEvents'), writes: throttles('WriteThrottleEvents') };
  return sumOf(scope, settings.name, {
    name: 'ledger-throttled',
    description: 'DynamoDB slows the ledger down; findings are late, none is lost. It passes as the table grows to the '
      + 'load; if it does not, look for one resource that changes all the time.',
    periods: 2,
  }, 'throttled reads and writes', parts);
}

function rulesRefused(scope: Construct, stack: string): CfnAlarm {
  return alarmOf(scope, stack, {
    name: 'rules-refused',
    description: 'A function asked for its rules where they are set to be and got none that it can use: the ones '
      + 'before them, or at a start the built-in ones, are at work. Its log says why ("rules were refused", "the place '
      + 'of the rules does not answer"). Deploy a bundle that tattletrail rules bundle --check reads, or the last good '
      + 'version again.',
    // Counted at each look for as long as it lasts, by all functions together.
    of: { namespace: 'Tattletrail/Health', metricName: 'RulesRefused' },
  });
}

/** The alarms that say that nothing comes in. */
export function silences(scope: Construct, settings: Settings, { events, logs, files }: Watched): CfnAlarm[] {
  const alarms: CfnAlarm[] = [];
  if (events) {
    alarms.push(...eventsSilent(scope, settings, events));
  }
  if (logs) {
    alarms.push(...logsSilent(scope, settings, logs.trailLog.logGroupName));
  }
  if (files) {
    alarms.push(silenceOf(scope, settings.name, {
      name: 'files-silent',
      description: 'For two hours no file of the trail came. Is the trail logging (aws cloudtrail get-trail-status, '
        + 'LatestDeliveryError)? Does the bucket still send its events to EventBridge?',
      of: queue(files.queue.queueName, 'NumberOfMessagesSent'),
    }));
  }
  return alarms;
}

function eventsSilent(scope: Construct, settings: Settings, { pulse }: Events): CfnAlarm[] {
  return [
    silenceOf(scope, settings.name, {
      name: 'events-silent',
      description: 'For two hours EventBridge had none of the calls that CloudTrail itself makes day and night. Is the '
        + 'trail logging (aws cloudtrail get-trail-status)? Is the rule of this name enabled, with all management '
        + 'events? Until they are, nothing is seen.',
      of: { namespace: 'AWS/Events', metricName: 'TriggeredRules', dimensions: { RuleName: pulse.ref } },
    }),
    silenceOf(scope, settings.name, {
      name: 'api-events-silent',
      description: 'For two hours api-events took in nothing. If events-silent is in alarm too, it is the trail or the '
        + 'rules; if not, the function is gone, disabled or fails at its start: see its log.',
      of: health(settings, 'api-events', 'Received'),
    }),
  ];
}

function logsSilent(scope: Construct, settings: Settings, group: string): CfnAlarm[] {
  const forwarded = { LogGroupName: group, DestinationType: 'Lambda', FilterName: settings.name };
  return [
    silenceOf(scope, settings.name, {
      name: 'trail-log-silent',
      description: 'For two hours the trail wrote nothing to its log group. Is it logging, and may its role still '
        + 'write there (aws cloudtrail get-trail-status, LatestCloudWatchLogsDeliveryError)?',
      of: { namespace: 'AWS/Logs', metricName: 'IncomingLogEvents', dimensions: { LogGroupName: group } },
    }),
    silenceOf(scope, settings.name, {
      name: 'trail-logs-silent',
      description: 'For two hours trail-logs was given nothing. If trail-log-silent is not in alarm, the subscription '
        + 'filter or its permission is gone: deploy again.',
      of: { namespace: 'AWS/Logs', metricName: 'ForwardedLogEvents', dimensions: forwarded },
    }),
  ];
}

function lambda(worker: Worker, metricName: string): Series {
  return { namespace: 'AWS/Lambda', metricName, dimensions: { FunctionName: worker.function.functionName } };
}

function queue(name: string, metricName: string): Series {
  return { namespace: 'AWS/SQS', metricName, dimensions: { QueueName: name } };
}

/** A metric that the functions write themselves; with the free profile, one for all of them. */
function health(settings: Settings, name: FunctionName, metricName: string): Series {
  const dimensions = settings.metricsProfile === 'free' ? undefined : { Source: name };
  return { namespace: 'Tattletrail/Health', metricName, dimensions };
}
