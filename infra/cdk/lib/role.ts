/**
 * What a function may do: the statements of `infra/sam/template.yaml`; `docs/permissions.md` has a reason for each
 * action.
 */

import { Aws } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledged';
import { mayRead } from './bundle';
import { FunctionName } from './props';
import { allow, pascal, Shared } from './shared';

/** What is not the same for all functions. */
export interface Duties {
  /** The function's own log. */
  readonly log: ILogGroup;
  /** It looks after what stands open. */
  readonly refreshes: boolean;
  /** Services beyond those of all functions in whose name the key is used. */
  readonly keyBy?: string[];
  /** What only this function does. */
  readonly own: PolicyStatement[];
}

const NO_RESOURCE = "X-Ray's actions and PutMetricData take no resource; the latter is bound to one namespace.";

/** Why a statement has `*` in its resource, as `docs/permissions.md` says. */
const WILDCARDS = {
  Traces: NO_RESOURCE,
  Metrics: NO_RESOURCE,
  Files: "The objects of one bucket, the trail's: what they will be called is not known.",
  SecurityHub: 'The Region alone: a finding goes to the Security Hub of the Region where it happened.',
  SecurityHubOfMembers: 'The account alone: which there are is not known; the roles say whom they trust.',
};

/** The role of a function. */
export function roleOf(scope: Construct, name: FunctionName, shared: Shared, duties: Duties): Role {
  const statements = [...common(shared, duties), ...duties.own, ...chosen(shared)];
  const role = new Role(scope, `${pascal(name)}Role`, {
    description: `What ${name} of Tattletrail may do; docs/permissions.md says why`,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { [name]: new PolicyDocument({ statements, minimize: false }) },
  });
  acknowledgeWildcards(role, statements, WILDCARDS);
  return role;
}

/** What all functions do. */
function common({ ledger, alertTopic, key }: Shared, { log, refreshes, keyBy = [] }: Duties): PolicyStatement[] {
  const services = ['dynamodb', 'sns', 'sqs', ...keyBy].map((service) => `${service}.${Aws.REGION}.amazonaws.com`);
  const statements = [
    allow('Log', { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [log.logGroupArn] }),
    // X-Ray knows no resource to write to.
    allow('Traces', { actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] }),
    allow('Ledger', {
      actions: ['dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:PutItem'], resources: [ledger.tableArn],
    }),
    // CloudWatch knows no resource to put metrics to, but their namespace.
    allow('Metrics', {
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': 'Tattletrail/Detection' } },
    }),
    allow('Alerts', { actions: ['sns:Publish'], resources: [alertTopic.topicArn] }),
    // The services above use the key in the caller's name.
    allow('Key', {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': services } },
    }),
  ];
  if (refreshes) {
    // All that stands open, for the schedule.
    statements.push(allow('WhatStandsOpen', { actions: ['dynamodb:Scan'], resources: [ledger.tableArn] }));
  }
  return statements;
}

/** What a function does where somebody chose it. */
function chosen({ settings }: Shared): PolicyStatement[] {
  const statements: PolicyStatement[] = [];
  const here = `${Aws.REGION}:${Aws.ACCOUNT_ID}`;
  if (settings.securityHub !== 'off') {
    // With member, too: findings of this very account go without a role.
    // A finding goes to the Security Hub of the Region where it happened, unless one Region is set for all.
    const where = `${settings.securityHubRegion || '*'}:${Aws.ACCOUNT_ID}:product/${Aws.ACCOUNT_ID}/default`;
    statements.push(allow('SecurityHub', {
      actions: ['securityhub:BatchImportFindings'], resources: [`arn:${Aws.PARTITION}:securityhub:${where}`],
    }));
  }
  if (settings.securityHub === 'member') {
    // The role of this name, in whichever account a finding belongs to.
    statements.push(allow('SecurityHubOfMembers', {
      actions: ['sts:AssumeRole'], resources: [`arn:${Aws.PARTITION}:iam::*:role/${settings.securityHubRole}`],
    }));
  }
  if (settings.eventBus) {
    statements.push(allow('Bus', { actions: ['events:PutEvents'], resources: [settings.eventBus.eventBusArn] }));
  }
  statements.push(...mayRead(settings.rules));
  const secrets = { RollbarToken: settings.rollbarTokenParameter, OtlpHeaders: settings.otlpHeadersParameter };
  for (const [sid, parameter] of Object.entries(secrets)) {
    if (parameter) {
      const resources = [`arn:${Aws.PARTITION}:ssm:${here}:parameter${parameter}`];
      statements.push(allow(sid, { actions: ['ssm:GetParameter'], resources }));
    }
  }
  return statements;
}
