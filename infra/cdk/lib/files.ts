/** `trail-files`: the trail's files in S3. */

import { Aws, Duration } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { functionOf, logOf } from './functions';
import { queueOf } from './queues';
import { roleOf } from './role';
import { PATIENT, target } from './rules';
import { allow, Shared, Worker } from './shared';

const NAME = 'trail-files';

/** The function and its queue. */
export interface Files extends Worker {
  readonly queue: Queue;
}

/** The function with its role, log, queue and rule. */
export function filesOf(scope: Construct, shared: Shared, bucket: IBucket, refreshes: boolean): Files {
  const { settings } = shared;
  const queue = filesQueue(scope, shared, bucket);
  const log = logOf(scope, NAME, shared);
  const keyBy = settings.createTrail ? ['s3'] : [];
  const role = roleOf(scope, NAME, shared, { log, refreshes, keyBy, own: own(shared, bucket, queue) });
  const worker = functionOf(scope, NAME, shared, {
    description: "Tattletrail, from the trail's files in S3",
    timeout: Duration.seconds(300),
    memorySize: settings.filesMemorySize,
    role,
    log,
  });
  new CfnEventSourceMapping(scope, 'TrailFilesFiles', {
    functionName: worker.functionName,
    eventSourceArn: queue.queueArn,
    batchSize: 10,
    // One bad file does not bring the others of its batch again.
    functionResponseTypes: ['ReportBatchItemFailures'],
    scalingConfig: { maximumConcurrency: settings.filesConcurrency },
  });
  return { name: NAME, function: worker, role, queue };
}

function own({ settings, rejectedQueue }: Shared, bucket: IBucket, queue: Queue): PolicyStatement[] {
  const statements = [
    allow('Rejected', { actions: ['sqs:SendMessage'], resources: [rejectedQueue.queueArn] }),
    // Lambda takes messages from the queue in the function's name.
    allow('Queue', {
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], resources: [queue.queueArn],
    }),
    allow('Files', {
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [`arn:${Aws.PARTITION}:s3:::${bucket.bucketName}/*`],
    }),
  ];
  if (!settings.createTrail && settings.trailKey) {
    statements.push(allow('FilesKey', {
      actions: ['kms:Decrypt'],
      resources: [settings.trailKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `s3.${Aws.REGION}.amazonaws.com` } },
    }));
  }
  return statements;
}

/**
 * New files, by way of EventBridge: a bucket has one list of notifications, which belongs to whoever made the bucket,
 * and any number of rules.
 */
function filesQueue(scope: Construct, { settings, key, deadLetterQueue }: Shared, bucket: IBucket): Queue {
  const queue = queueOf(scope, 'FilesQueue', `${settings.name}-events`, key, {
    // Six times the function's timeout, as Lambda's guide says.
    visibilityTimeout: Duration.seconds(1800),
    deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: 5 },
  });
  const rule = new CfnRule(scope, 'FilesRule', {
    name: `${settings.name}-${NAME}`,
    description: 'New files of the trail, to Tattletrail',
    eventPattern: {
      'source': ['aws.s3'],
      'detail-type': ['Object Created'],
      'detail': {
        bucket: { name: [bucket.bucketName] },
        // Not digests and not Insights, which are in folders of their own.
        object: { key: [{ wildcard: '*AWSLogs/*/CloudTrail/*.json.gz' }] },
      },
    },
    targets: [target('queue', queue.queueArn, PATIENT, deadLetterQueue.queueArn)],
  });
  // Of a bucket in another account: the rule in infra/org/central.yaml.
  const central = `rule/${settings.name}-organisation/${settings.name}-${NAME}`;
  const others = `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:${central}`;
  queue.addToResourcePolicy(allow('NewFiles', {
    principals: [new ServicePrincipal('events.amazonaws.com')],
    actions: ['sqs:SendMessage'],
    resources: [queue.queueArn],
    conditions: { ArnLike: { 'aws:SourceArn': [rule.attrArn, others] } },
  }));
  return queue;
}
