/** The key of everything that is kept, and of the topics and queues on the way there. */

import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnAlias, CfnKey, IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { Settings } from './settings';
import { allow } from './shared';

/** The given key, or one that is made. */
export function keyOf(scope: Construct, settings: Settings): IKey {
  const statements = keyStatements(settings.name);
  const given = settings.encryptionKey;
  if (given) {
    // A key that is imported can't be changed from here.
    statements.forEach((statement) => given.addToResourcePolicy(statement, true));
    return given;
  }
  // In a key's policy `*` is this key. This one lets the account's own policies speak, those of the functions' roles.
  const account = new PolicyStatement({
    sid: 'Account', principals: [new AccountRootPrincipal()], actions: ['kms:*'], resources: ['*'],
  });
  const key = new CfnKey(scope, 'Key', {
    description: `Tattletrail (${settings.name}): ledger, queues, topics, logs`,
    enableKeyRotation: true,
    pendingWindowInDays: 30,
    keyPolicy: new PolicyDocument({ statements: [account, ...statements] }),
  });
  // What is encrypted with it outlives the stack: the ledger and the trail's files.
  key.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  new CfnAlias(scope, 'KeyAlias', { aliasName: `alias/${settings.name}`, targetKeyId: key.ref });
  return Key.fromKeyArn(scope, 'KeyByArn', key.attrArn);
}

/** What the policy of a key must allow, besides the account's own policies, for a deployment of this name. */
export function keyStatements(name: string): PolicyStatement[] {
  const logs = `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group`;
  const trail = `arn:${Aws.PARTITION}:cloudtrail:${Aws.REGION}:${Aws.ACCOUNT_ID}:trail/${name}`;
  const cloudTrail = [new ServicePrincipal('cloudtrail.amazonaws.com')];
  return [
    // Services that put messages into an encrypted queue or topic themselves: alarms, rules.
    allow('ServicesOnTheWay', {
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com'), new ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
    allow('Logs', {
      principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
      actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': [`${logs}:/aws/lambda/${name}-*`, `${logs}:/aws/cloudtrail/${name}`],
        },
      },
    }),
    allow('Trail', {
      principals: cloudTrail,
      actions: ['kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: {
        StringEquals: { 'aws:SourceArn': trail },
        StringLike: {
          'kms:EncryptionContext:aws:cloudtrail:arn': `arn:${Aws.PARTITION}:cloudtrail:*:${Aws.ACCOUNT_ID}:trail/*`,
        },
      },
    }),
    allow('TrailLooks', {
      principals: cloudTrail,
      actions: ['kms:DescribeKey'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceArn': trail } },
    }),
  ];
}
