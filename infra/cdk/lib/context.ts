/** Properties from the context of an app (`cdk deploy -c useLogs=true`), under the names of the properties. */

import { Duration } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { RulesInAppConfig, RulesInBucket } from './bundle';
import { TattletrailProps } from './props';

const FLAGS = ['useEventBridge', 'useLogs', 'useFiles', 'allEvents', 'createTrail', 'dashboards'];
const NUMBERS = [
  'trailDays', 'traceShare', 'memorySize', 'filesMemorySize', 'reservedConcurrency', 'filesConcurrency', 'ledgerDays',
];
const TEXTS = [
  'name', 'alertEmail', 'operationsEmail', 'securityHubRegion', 'securityHubRole', 'securityHubExternalId',
  'application', 'environmentName', 'rulesSha256', 'rollbarTokenParameter', 'otlpEndpoint', 'otlpHeadersParameter',
  'binaries', 'source',
];
/** Texts of which there are only some. */
const CHOICES: Record<string, string[]> = {
  alertLevel: ['informational', 'low', 'medium', 'high', 'critical'],
  securityHub: ['off', 'own', 'central', 'member'],
  metricsProfile: ['free', 'standard'],
  logLevel: ['error', 'warn', 'info', 'debug'],
  architecture: ['arm64', 'x86_64'],
};
/** What is a thing of CDK's among the properties is named here. */
const NAMED = [
  'trailLogGroupName', 'trailBucketName', 'trailKmsKeyArn', 'kmsKeyArn', 'eventBusName', 'refreshHours', 'logDays',
  'rulesBucketName', 'rulesKey', 'rulesVersion', 'rulesKmsKeyArn', 'rulesApplicationId', 'rulesEnvironmentId',
  'rulesProfileId', 'rulesMaxAge',
];
/** Not of the properties. */
const OTHERS = ['stackName'];

/** The properties that the context has. A name that is none is an error. */
export function fromContext(scope: Construct): TattletrailProps {
  const context: Record<string, unknown> = scope.node.getAllContext();
  const known = [...FLAGS, ...NUMBERS, ...TEXTS, ...Object.keys(CHOICES), ...NAMED, ...OTHERS];
  // CDK's own have a colon or a slash.
  const unknown = Object.keys(context).filter((name) => /^\w+$/.test(name) && !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`context ${unknown.join(', ')}: unknown, expected ${known.sort().join(', ')}`);
  }
  const text = (name: string) => (context[name] === undefined ? undefined : String(context[name]));
  const props: Record<string, unknown> = {};
  for (const name of [...FLAGS, ...NUMBERS, ...TEXTS, ...Object.keys(CHOICES)]) {
    const value = text(name);
    if (value !== undefined) {
      props[name] = read(name, value);
    }
  }
  return { ...props, ...things(scope, text) };
}

function read(name: string, value: string): unknown {
  const choices = FLAGS.includes(name) ? ['true', 'false'] : CHOICES[name];
  if (choices && !choices.includes(value)) {
    throw new Error(`context ${name} is \`${value}\`, expected ${choices.join(', ')}`);
  }
  if (FLAGS.includes(name)) {
    return value === 'true';
  }
  if (name === 'architecture') {
    return value === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64;
  }
  return NUMBERS.includes(name) ? number(name, value) : value;
}

function number(name: string, value: string): number {
  const read = Number(value);
  if (value.trim() === '' || Number.isNaN(read)) {
    throw new Error(`context ${name} is \`${value}\`, expected a number`);
  }
  return read;
}

/** Makes something of a name in the context, if it is there and not empty. */
type Made = <T>(name: string, make: (value: string) => T) => T | undefined;

function things(scope: Construct, text: (name: string) => string | undefined): TattletrailProps {
  const of: Made = (name, make) => {
    const value = text(name);
    return value ? make(value) : undefined;
  };
  const days = of('logDays', (value) => number('logDays', value));
  if (days !== undefined && RetentionDays[days] === undefined) {
    throw new Error(`context logDays is ${days}, expected a number of days that CloudWatch Logs knows, such as 90`);
  }
  const props: TattletrailProps = {
    trailLogGroup: of('trailLogGroupName', (name) => LogGroup.fromLogGroupName(scope, 'TrailLogGroup', name)),
    trailBucket: of('trailBucketName', (name) => Bucket.fromBucketName(scope, 'TrailBucket', name)),
    trailKey: of('trailKmsKeyArn', (arn) => Key.fromKeyArn(scope, 'TrailKey', arn)),
    encryptionKey: of('kmsKeyArn', (arn) => Key.fromKeyArn(scope, 'Key', arn)),
    eventBus: of('eventBusName', (name) => EventBus.fromEventBusName(scope, 'EventBus', name)),
    refreshRate: of('refreshHours', (value) => Duration.hours(number('refreshHours', value))),
    logDays: days,
    rules: rules(scope, of),
    rulesMaxAge: of('rulesMaxAge', (value) => Duration.seconds(number('rulesMaxAge', value))),
  };
  return present(props);
}

/** The place of rules with the parts that there are, whether or not they belong together: that is checked later. */
function rules(scope: Construct, of: Made): RulesInBucket | RulesInAppConfig | undefined {
  const itself = (value: string) => value;
  const parts = present({
    bucket: of('rulesBucketName', (name) => Bucket.fromBucketName(scope, 'RulesBucket', name)),
    key: of('rulesKey', itself),
    version: of('rulesVersion', itself),
    encryptionKey: of('rulesKmsKeyArn', (arn) => Key.fromKeyArn(scope, 'RulesKey', arn)),
    applicationId: of('rulesApplicationId', itself),
    environmentId: of('rulesEnvironmentId', itself),
    profileId: of('rulesProfileId', itself),
  });
  return Object.keys(parts).length > 0 ? (parts as unknown as RulesInBucket | RulesInAppConfig) : undefined;
}

function present<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;
}
