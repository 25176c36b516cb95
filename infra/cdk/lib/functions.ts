/** How a function is made: built with `cargo lambda`, or from what was built beforehand. */

import * as fs from 'node:fs';
import * as path from 'node:path';
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { RustFunction } from 'cargo-lambda-cdk';
import { Construct } from 'constructs';
import { placeOf } from './bundle';
import { FunctionName } from './props';
import { Settings } from './settings';
import { pascal, Shared } from './shared';

/** What is not the same for all functions. */
export interface FunctionParts {
  readonly description: string;
  readonly timeout: Duration;
  readonly memorySize: number;
  readonly role: Role;
  readonly log: LogGroup;
}

/** The log of a function. Findings are in there: it goes with the stack only if that was never finished. */
export function logOf(scope: Construct, name: FunctionName, { settings, key }: Shared): LogGroup {
  return new LogGroup(scope, `${pascal(name)}Log`, {
    logGroupName: `/aws/lambda/${settings.name}-${name}`,
    retention: settings.logDays,
    encryptionKey: key,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
}

/** A function. */
export function functionOf(
  scope: Construct, name: FunctionName, shared: Shared, parts: FunctionParts,
): lambda.Function {
  const { settings } = shared;
  const options: lambda.FunctionOptions = {
    functionName: `${settings.name}-${name}`,
    description: parts.description,
    // Its permissions are written out; what CDK would add to them stays away.
    role: parts.role.withoutPolicyUpdates(),
    architecture: settings.architecture,
    timeout: parts.timeout,
    memorySize: parts.memorySize,
    reservedConcurrentExecutions: settings.reservedConcurrency || undefined,
    tracing: lambda.Tracing.ACTIVE,
    logGroup: parts.log,
    loggingFormat: lambda.LoggingFormat.JSON,
    // Lambda passes debug lines; the function itself chooses which it writes (docs/observability.md, "Levels"), so that
    // those kept back for a finding or an error get through.
    applicationLogLevelV2: lambda.ApplicationLogLevel.DEBUG,
    systemLogLevelV2: lambda.SystemLogLevel.INFO,
    environment: environment(shared),
  };
  const code = builtBefore(name, settings);
  if (code) {
    const runtime = lambda.Runtime.PROVIDED_AL2023;
    return new lambda.Function(scope, pascal(name), { ...options, runtime, handler: 'bootstrap', code });
  }
  return new RustFunction(scope, pascal(name), {
    ...options,
    manifestPath: path.join(settings.source, 'Cargo.toml'),
    binaryName: name,
    bundling: { architecture: settings.architecture, cargoLambdaFlags: ['--skip-target-check'] },
  });
}

/** Called without somebody who waits: what fails comes again after one and two minutes, then it is a dead letter. */
export function retries(scope: Construct, name: FunctionName, to: lambda.IFunction, deadLetters: IQueue): void {
  new lambda.CfnEventInvokeConfig(scope, `${pascal(name)}Retries`, {
    functionName: to.functionName,
    qualifier: '$LATEST',
    maximumRetryAttempts: 2,
    maximumEventAgeInSeconds: 21600,
    destinationConfig: { onFailure: { destination: deadLetters.queueArn } },
  });
}

function builtBefore(name: FunctionName, settings: Settings): lambda.Code | undefined {
  const code = settings.code?.[name];
  if (code || !settings.binaries) {
    return code;
  }
  const folder = path.join(settings.binaries, name);
  if (!fs.existsSync(path.join(folder, 'bootstrap'))) {
    const command = `cargo lambda build --release --${settings.architecture.name.replace('_', '-')} -p ${name}`;
    throw new Error(`no ${name}/bootstrap in ${settings.binaries}: build it with \`${command}\``);
  }
  return lambda.Code.fromAsset(folder);
}

function environment({ settings, ledger, alertTopic, rejectedQueue }: Shared): Record<string, string> {
  return {
    TATTLETRAIL_LEDGER_TABLE: ledger.tableName,
    TATTLETRAIL_LEDGER_DAYS: String(settings.ledgerDays),
    TATTLETRAIL_TOPIC_ARN: alertTopic.topicArn,
    TATTLETRAIL_TOPIC_MIN_LEVEL: settings.alertLevel,
    TATTLETRAIL_SECURITY_HUB: settings.securityHub,
    // Empty is not set, to these functions.
    TATTLETRAIL_SECURITY_HUB_REGION: settings.securityHubRegion ?? '',
    TATTLETRAIL_SECURITY_HUB_ROLE: settings.securityHubRole,
    TATTLETRAIL_SECURITY_HUB_EXTERNAL_ID: settings.securityHubExternalId ?? '',
    TATTLETRAIL_ACCOUNT_ID: Aws.ACCOUNT_ID,
    TATTLETRAIL_EVENT_BUS: settings.eventBus?.eventBusName ?? '',
    TATTLETRAIL_METRICS_PROFILE: settings.metricsProfile,
    TATTLETRAIL_APPLICATION: settings.application,
    TATTLETRAIL_ENVIRONMENT: settings.environmentName,
    TATTLETRAIL_LOG_LEVEL: settings.logLevel,
    TATTLETRAIL_REJECTED: rejectedQueue.queueUrl,
    TATTLETRAIL_RULES: placeOf(settings.rules),
    TATTLETRAIL_RULES_SHA256: settings.rulesSha256 ?? '',
    TATTLETRAIL_RULES_MAX_AGE: String(settings.rulesMaxAge.toSeconds()),
    TATTLETRAIL_ERRORS: settings.rollbarTokenParameter ? 'rollbar' : 'log',
    TATTLETRAIL_ROLLBAR_TOKEN_PARAMETER: settings.rollbarTokenParameter ?? '',
    TATTLETRAIL_OTLP_HEADERS_PARAMETER: settings.otlpHeadersParameter ?? '',
    OTEL_TRACES_EXPORTER: settings.otlpEndpoint ? 'xray,otlp' : 'xray',
    OTEL_EXPORTER_OTLP_ENDPOINT: settings.otlpEndpoint ?? '',
  };
}
