/** `api-events`: EventBridge events of CloudTrail, as they happen. */

import * as fs from 'node:fs';
import * as path from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { functionOf, logOf, retries } from './functions';
import { roleOf } from './role';
import { BRIEF, mayInvoke, PATIENT, target } from './rules';
import { allow, Shared, Worker } from './shared';

const NAME = 'api-events';

/** Makes the function and its rules. */
export interface Events extends Worker {
  /** The rules that bring events, one for each pattern. */
  readonly rules: CfnRule[];
  /** The rule that shows whether events come at all. */
  readonly pulse: CfnRule;
}

/** What `tattletrail rules event-pattern` writes. */
interface Generated {
  readonly state: string;
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
  const state = generated(settings.source).state;
  return { name: NAME, function: worker, role, rules: rulesOf(scope, shared, worker), pulse: pulse(scope, shared, state, worker) };
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
const EVERYTHING = {
  'source': [{ prefix: 'aws.' }],
  'detail-type': [
    'AWS API Call via CloudTrail', 'AWS Console Sign In via CloudTrail', 'AWS Service Event via CloudTrail',
  ],
};

function rulesOf(scope: Construct, { settings, deadLetterQueue }: Shared, to: IFunction): CfnRule[] {
  const { state, patterns } = generated(settings.source);
  const named: [string, object][] = settings.allEvents
    ? [['All', EVERYTHING]]
    : patterns.map((pattern, index) => [String(index + 1), pattern]);
  return named.map(([suffix, eventPattern]) => {
    const rule = new CfnRule(scope, `ApiEventsRule${suffix}`, {
      name: `${settings.name}-${NAME}-${suffix.toLowerCase()}`,
      description: 'What CloudTrail records, to Tattletrail',
      // With ENABLED calls that only read (Get*, List*, Describe*) would be missing, and some rules are about those.
      state,
      eventPattern,
      targets: [target(NAME, to.functionArn, PATIENT, deadLetterQueue.queueArn)],
    });
    mayInvoke(scope, `ApiEventsPermission${suffix}`, rule, to);
    return rule;
  });
}

/**
 * CloudTrail's own calls (it looks at its bucket and takes on its role for the log group, day and night): a pulse that no
 * rule about attacks is needed for, so that silence is never just a quiet day.
 */
function pulse(scope: Construct, { settings, deadLetterQueue }: Shared, state: string, to: IFunction): CfnRule {
  const rule = new CfnRule(scope, 'PulseRule', {
    name: `${settings.name}-pulse`,
    description: "CloudTrail's own calls, by which Tattletrail knows that events come",
    state,
    eventPattern: {
      'source': ['aws.s3', 'aws.sts', 'aws.kms', 'aws.logs'],
      'detail-type': ['AWS API Call via CloudTrail'],
      'detail': { userIdentity: { invokedBy: ['cloudtrail.amazonaws.com'] } },
    },
    targets: [target(NAME, to.functionArn, BRIEF, deadLetterQueue.queueArn)],
  });
  mayInvoke(scope, 'PulsePermission', rule, to);
  return rule;
}
