/** Where alerts go, and where it is told that Tattletrail itself does not work. */

import { Aws, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSubscription, Topic, TracingConfig } from 'aws-cdk-lib/aws-sns';
import { CfnResourcePolicy } from 'aws-cdk-lib/aws-xray';
import { Construct } from 'constructs';
import { Settings } from './settings';
import { allow } from './shared';

/** The topic of alerts. */
export function alertTopicOf(scope: Construct, settings: Settings, key: IKey): Topic {
  const topic = new Topic(scope, 'AlertTopic', {
    topicName: `${settings.name}-alerts`,
    displayName: 'Tattletrail',
    masterKey: key,
    tracingConfig: TracingConfig.ACTIVE,
  });
  topic.addToResourcePolicy(nobodyInTheClear(topic));
  topic.addToResourcePolicy(account(topic));
  mail(scope, 'AlertMail', topic, settings.alertEmail);
  letItTrace(scope, settings, topic);
  return topic;
}

/** The topic for those who keep Tattletrail running; often not those who look into findings. */
export function operationsTopicOf(scope: Construct, settings: Settings, key: IKey): Topic {
  const topic = new Topic(scope, 'OperationsTopic', {
    topicName: `${settings.name}-operations`,
    displayName: 'Tattletrail operations',
    masterKey: key,
  });
  const alarms = `arn:${Aws.PARTITION}:cloudwatch:${Aws.REGION}:${Aws.ACCOUNT_ID}:alarm:${settings.name}-*`;
  topic.addToResourcePolicy(nobodyInTheClear(topic));
  topic.addToResourcePolicy(allow('Alarms', {
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    conditions: { ArnLike: { 'aws:SourceArn': alarms }, StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  }));
  topic.addToResourcePolicy(account(topic));
  mail(scope, 'OperationsMail', topic, settings.operationsEmail);
  return topic;
}

function nobodyInTheClear(topic: Topic): PolicyStatement {
  return new PolicyStatement({
    sid: 'NobodyInTheClear',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    conditions: { Bool: { 'aws:SecureTransport': 'false' } },
  });
}

/** A policy of one's own takes the place of the topic's first one, which lets its account manage it. */
function account(topic: Topic): PolicyStatement {
  return allow('Account', {
    principals: [new AccountRootPrincipal()],
    actions: ['sns:Publish', 'sns:Subscribe', 'sns:GetTopicAttributes', 'sns:ListSubscriptionsByTopic'],
    resources: [topic.topicArn],
  });
}

function mail(scope: Construct, id: string, topic: Topic, address?: string): void {
  if (address) {
    new CfnSubscription(scope, id, { topicArn: topic.topicArn, protocol: 'email', endpoint: address });
  }
}

/** With active tracing SNS writes its part of a trace itself, and X-Ray asks who lets it. */
function letItTrace(scope: Construct, settings: Settings, topic: Topic): void {
  const policy = {
    Version: '2012-10-17',
    Statement: [{
      Sid: 'Topic',
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: ['xray:PutTraceSegments', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        StringLike: { 'aws:SourceArn': topic.topicArn },
      },
    }],
  };
  new CfnResourcePolicy(scope, 'AlertTopicTraces', {
    policyName: `${settings.name}-alerts`,
    policyDocument: Stack.of(scope).toJsonString(policy),
  });
}
