/** What did not get through, and how a queue is made here. */

import { Aws, Duration } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledged';
import { Settings } from './settings';
import { allow } from './shared';

/** A queue with the stack's key that keeps messages for as long as SQS does, and takes nothing in the clear. */
export function queueOf(scope: Construct, id: string, name: string, key: IKey, more: QueueProps = {}): Queue {
  const queue = new Queue(scope, id, {
    queueName: name,
    retentionPeriod: Duration.days(14),
    encryption: QueueEncryption.KMS,
    encryptionMasterKey: key,
    ...more,
  });
  queue.addToResourcePolicy(new PolicyStatement({
    sid: 'NobodyInTheClear',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['sqs:*'],
    resources: [queue.queueArn],
    conditions: { Bool: { 'aws:SecureTransport': 'false' } },
  }));
  return queue;
}

/** The queue of events that were given up; `tattletrail redrive` shows and processes them again. */
export function deadLetterQueueOf(scope: Construct, settings: Settings, key: IKey): Queue {
  const queue = queueOf(scope, 'DeadLetterQueue', `${settings.name}-dead-letters`, key);
  const rules = `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/${settings.name}-*`;
  acknowledge(queue, 'SQS3', 'It is the queue of dead letters itself.');
  // What a rule could not bring to its target.
  queue.addToResourcePolicy(allow('Rules', {
    principals: [new ServicePrincipal('events.amazonaws.com')],
    actions: ['sqs:SendMessage'],
    resources: [queue.queueArn],
    conditions: { ArnLike: { 'aws:SourceArn': rules } },
  }));
  return queue;
}

/** The queue of what could not be read, with the reason. */
export function rejectedQueueOf(scope: Construct, settings: Settings, key: IKey): Queue {
  const queue = queueOf(scope, 'RejectedQueue', `${settings.name}-rejected`, key);
  acknowledge(queue, 'SQS3', 'Nothing takes messages from it but people, who need no further queue behind it.');
  return queue;
}
