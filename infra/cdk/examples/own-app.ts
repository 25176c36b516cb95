import { App, Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Tattletrail } from 'tattletrail-cdk';

const app = new App();
const stack = new Stack(app, 'security');

const tattletrail = new Tattletrail(stack, 'Tattletrail', {
  source: process.env.TATTLETRAIL,
  binaries: process.env.TATTLETRAIL_BINARIES,
  useFiles: true,
  trailBucket: Bucket.fromBucketName(stack, 'Trail', 'trail-of-111122223333'),
  rules: { bucket: Bucket.fromBucketName(stack, 'Rules', 'rules-of-111122223333') },
  eventBus: new EventBus(stack, 'Siem', { eventBusName: 'siem' }),
  metricsProfile: 'standard',
});
tattletrail.alertTopic.addSubscription(new EmailSubscription('you@example.com'));
