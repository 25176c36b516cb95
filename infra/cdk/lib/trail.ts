/** A trail, where there is none: with its bucket, its log group and the role that lets it write there. */

import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from './acknowledged';
import { Settings } from './settings';
import { allow } from './shared';

const CLOUDTRAIL = new ServicePrincipal('cloudtrail.amazonaws.com');

/** Where the trail writes to. */
export interface Trail {
  readonly bucket: s3.IBucket;
  readonly logGroup: ILogGroup;
}

/** Makes the trail. */
export function trailOf(scope: Construct, settings: Settings, key: IKey): Trail {
  const bucket = bucketOf(scope, settings, key);
  const logGroup = new LogGroup(scope, 'TrailLog', {
    logGroupName: `/aws/cloudtrail/${settings.name}`,
    retention: settings.logDays,
    encryptionKey: key,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  const trail = new CfnTrail(scope, 'Trail', {
    trailName: settings.name,
    isLogging: true,
    isMultiRegionTrail: true,
    includeGlobalServiceEvents: true,
    enableLogFileValidation: true,
    s3BucketName: bucket.bucketName,
    kmsKeyId: key.keyArn,
    cloudWatchLogsLogGroupArn: logGroup.logGroupArn,
    cloudWatchLogsRoleArn: roleOf(scope, logGroup).roleArn,
  });
  if (bucket.policy) {
    trail.node.addDependency(bucket.policy);
  }
  return { bucket, logGroup };
}

/** Evidence: it stays when the stack goes. */
function bucketOf(scope: Construct, settings: Settings, key: IKey): s3.Bucket {
  const bucket = new s3.Bucket(scope, 'TrailBucket', {
    encryption: s3.BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    versioned: true,
    lifecycleRules: [{
      id: 'old',
      enabled: true,
      expiration: Duration.days(settings.trailDays),
      noncurrentVersionExpiration: Duration.days(30),
      abortIncompleteMultipartUploadAfter: Duration.days(1),
    }],
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  const readers = "Who reads it is in CloudTrail's data events, if wanted; an access log needs one more bucket.";
  acknowledge(bucket, 'S1', readers);
  // The property `eventBridgeEnabled` of CDK makes a function of its own for what CloudFormation can say itself.
  const resource = bucket.node.defaultChild as s3.CfnBucket;
  resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  policy(bucket, settings).forEach((statement) => bucket.addToResourcePolicy(statement));
  return bucket;
}

function policy(bucket: s3.Bucket, settings: Settings): PolicyStatement[] {
  const trail = `arn:${Aws.PARTITION}:cloudtrail:${Aws.REGION}:${Aws.ACCOUNT_ID}:trail/${settings.name}`;
  return [
    new PolicyStatement({
      sid: 'NobodyInTheClear',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:*'],
      resources: [bucket.bucketArn, bucket.arnForObjects('*')],
      conditions: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
    allow('TrailLooks', {
      principals: [CLOUDTRAIL],
      actions: ['s3:GetBucketAcl'],
      resources: [bucket.bucketArn],
      conditions: { StringEquals: { 'aws:SourceArn': trail } },
    }),
    allow('TrailWrites', {
      principals: [CLOUDTRAIL],
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects(`AWSLogs/${Aws.ACCOUNT_ID}/*`)],
      conditions: { StringEquals: { 'aws:SourceArn': trail, 's3:x-amz-acl': 'bucket-owner-full-control' } },
    }),
  ];
}

function roleOf(scope: Construct, group: ILogGroup): Role {
  const streams = `${group.logGroupName}:log-stream:${Aws.ACCOUNT_ID}_CloudTrail_*`;
  const write = allow('Streams', {
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [`arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${streams}`],
  });
  const role = new Role(scope, 'TrailRole', {
    description: 'Lets CloudTrail write to its log group',
    assumedBy: CLOUDTRAIL,
    inlinePolicies: { log: new PolicyDocument({ statements: [write] }) },
  });
  acknowledgeWildcards(role, [write], { Streams: 'CloudTrail names its streams itself, after account and Region.' });
  return role;
}
