/** `api-events`: EventBridge events of CloudTrail, as they happen. */

import * as fs from 'node:fs';
import * as path from 'node:path';
import { Aws, Duration } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { functionOf, logOf, retries } from './functions';
import { roleOf } from './role';
import { BRIEF, mayInvoke, PATIENT, target } from './rules';
import { allow, pascal, Shared, Worker } from './shared';

const NAME = 'api-events';

/** The function, and what shows whether events come. */
export interface Events extends Worker {
  /** The rule that always has events. */
  readonly pulse: CfnRule;
}

/** What `tattletrail rules event-pattern` writes. */
interface Generated {
  /** Not ENABLED, with which calls that only read (Get*, List*, Describe*) would be missing. */
  readonly state: string;
  /** One rule of EventBridge for each. */
  readonly patterns: object[];
}

/** The function with its role, log, rules and retries. */
export function eventsOf(scope: Construct, shared: Shared): Events {
  const { settings, rejectedQueue, deadLetterQueue } = shared;
  const log = logOf(scope, NAME, shared);
  const own = [
    // What can't be read, and what Lambda gives up after its retries, which it sends in the function's name.
    allow('RejectedAndDeadLetters', {
      actions: ['sqs:SendMessage'], resources: [rejectedQueue.queueArn, deadLetterQueue.queueArn],
    }),
  ];
  const role = roleOf(scope, NAME, shared, { log, refreshes: true, own });
  const worker = functionOf(scope, NAME, shared, {
    description: 'Tattletrail, from EventBridge events of CloudTrail',
    timeout: Duration.seconds(30),
    memorySize: settings.memorySize,
    role,
    log,
  });
  retries(scope, NAME, worker, deadLetterQueue);
  const chosen = generated(settings.source);
  takeIn(scope, shared, chosen, worker);
  return { name: NAME, function: worker, role, pulse: pulseOf(scope, shared, chosen.state, worker) };
}

function generated(source: string): Generated {
  const file = path.join(source, 'infra', 'event-pattern.json');
  const value: Generated = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (!value.state || !value.patterns?.length) {
    throw new Error(`${file} has no state or no patterns: make it with \`tattletrail rules event-pattern\``);
  }
  return value;
}

/** Everything that CloudTrail says. `aws.` is what nobody but AWS may write into `source`. */
const EVERYTHING = { 'source': [{ prefix: 'aws.' }], 'detail-type': [{ suffix: ' via CloudTrail' }] };

/** What the rules wait for, or everything. */
function takeIn(scope: Construct, shared: Shared, { state, patterns }: Generated, to: IFunction): void {
  const { settings, deadLetterQueue } = shared;
  const rule = (suffix: string, description: string, eventPattern: object) => {
    new CfnRule(scope, `ApiEventsRule${pascal(suffix)}`, {
      name: `${settings.name}-${NAME}-${suffix}`,
      description,
      state,
      eventPattern,
      targets: [target(NAME, to.functionArn, PATIENT, deadLetterQueue.queueArn)],
    });
  };
  if (settings.allEvents) {
    rule('all', 'What CloudTrail records, to Tattletrail', EVERYTHING);
  } else {
    const description = 'What CloudTrail records and a rule of Tattletrail waits for';
    patterns.forEach((pattern, index) => rule(String(index + 1), description, pattern));
  }
  // The rules above, however many they are.
  const rules = `${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/${settings.name}-${NAME}-*`;
  mayInvoke(scope, 'ApiEventsPermission', `arn:${Aws.PARTITION}:events:${rules}`, to);
}

/**
 * CloudTrail's own calls (it looks at its bucket and takes on its role for the log group, day and night): a pulse that
 * no rule about attacks is needed for, so that silence is never just a quiet day. It goes to the function, too: so its
 * way there is tried all the time.
 */
function pulseOf(scope: Construct, { settings, deadLetterQueue }: Shared, state: string, to: IFunction): CfnRule {
  const rule = new CfnRule(scope, 'PulseRule', {
    name: `${settings.name}-pulse`,
    description: "CloudTrail's own calls, by which Tattletrail knows that events come",
    state,
    eventPattern: {
      'source': ['aws.s3', 'aws.sts', 'aws.kms', 'aws.logs', 'aws.events'],
      'detail-type': ['AWS API Call via CloudTrail'],
      'detail': {
        $or: [
          { userIdentity: { invokedBy: ['cloudtrail.amazonaws.com'] } },
          {
            eventSource: ['events.amazonaws.com'],
            eventName: ['DeleteRule', 'DisableRule', 'PutRule', 'PutTargets', 'RemoveTargets'],
          },
        ],
      },
    },
    targets: [target(NAME, to.functionArn, BRIEF, deadLetterQueue.queueArn)],
  });
  mayInvoke(scope, 'PulsePermission', rule.attrArn, to);
  return rule;
}
