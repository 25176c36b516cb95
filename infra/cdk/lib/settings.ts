/**
 * Properties with their defaults filled in, and checked: what CloudFormation would refuse after minutes, or never, is
 * an error here.
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import { Duration, Stack, Token } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { wrongPlace } from './bundle';
import { mismatches } from './pattern';
import { TattletrailProps } from './props';

/** What has a default, and what has none and may be missing. */
export type Settings = ReturnType<typeof settled>;

/** The properties with defaults, checked. */
export function settled(scope: Construct, props: TattletrailProps) {
  const settings = {
    ...props,
    name: props.name ?? Stack.of(scope).stackName,
    useEventBridge: props.useEventBridge ?? true,
    useLogs: props.useLogs ?? false,
    useFiles: props.useFiles ?? false,
    allEvents: props.allEvents ?? false,
    createTrail: props.createTrail ?? false,
    trailKey: props.trailKey ?? props.trailBucket?.encryptionKey,
    trailDays: props.trailDays ?? 365,
    alertLevel: props.alertLevel ?? 'medium',
    securityHub: props.securityHub ?? 'off',
    securityHubRole: props.securityHubRole ?? 'tattletrail-findings',
    application: props.application ?? 'default',
    environmentName: props.environmentName ?? 'production',
    metricsProfile: props.metricsProfile ?? 'free',
    dashboards: props.dashboards ?? true,
    refreshRate: props.refreshRate ?? Duration.days(1),
    rulesMaxAge: props.rulesMaxAge ?? Duration.seconds(60),
    logLevel: props.logLevel ?? 'info',
    logDays: props.logDays ?? RetentionDays.THREE_MONTHS,
    traceShare: props.traceShare ?? 0.05,
    architecture: props.architecture ?? Architecture.ARM_64,
    memorySize: props.memorySize ?? 256,
    filesMemorySize: props.filesMemorySize ?? 512,
    reservedConcurrency: props.reservedConcurrency ?? 0,
    filesConcurrency: props.filesConcurrency ?? 5,
    ledgerDays: props.ledgerDays ?? 90,
    source: props.source ?? path.resolve(__dirname, '..', '..', '..'),
  };
  const wrong = [
    ...waysIn(settings), ...rules(settings), ...mismatches(settings, PATTERNS), ...numbers(settings),
    ...sources(settings.source),
  ];
  if (wrong.length > 0) {
    throw new Error(`${scope.node.path}: ${wrong.join('; ')}`);
  }
  return settings;
}

function waysIn(settings: TattletrailProps): string[] {
  const { useEventBridge, useLogs, useFiles, createTrail, trailLogGroup, trailBucket } = settings;
  const wrong = [];
  if (!useEventBridge && !useLogs && !useFiles) {
    wrong.push('nothing comes in: set one of useEventBridge, useLogs and useFiles to true');
  }
  if (useLogs && !createTrail && !trailLogGroup) {
    wrong.push('useLogs needs trailLogGroup, or createTrail');
  }
  if (useFiles && !createTrail && !trailBucket) {
    wrong.push('useFiles needs trailBucket, or createTrail');
  }
  return wrong;
}

function rules(settings: TattletrailProps): string[] {
  if (settings.rules) {
    return wrongPlace(settings.rules);
  }
  return settings.rulesSha256 ? ['rulesSha256 needs rules, the place of the bundle that has it'] : [];
}

function sources(source: string): string[] {
  const missing = ['Cargo.toml', 'infra/event-pattern.json', 'infra/sam/dashboards.json']
    .filter((file) => !fs.existsSync(path.join(source, file)));
  return missing.length > 0
    ? [`no ${missing.join(', ')} in ${source}: set source to the folder of a clone of Tattletrail`]
    : [];
}

/** What a text must look like. The same expressions as in `infra/sam/template.yaml`. */
const PATTERNS = {
  name: /^[A-Za-z][A-Za-z0-9-]{0,31}$/,
  alertEmail: /^[^@ ]+@[^@ ]+\.[^@ ]+$/,
  operationsEmail: /^[^@ ]+@[^@ ]+\.[^@ ]+$/,
  securityHubRegion: /^[a-z]{2}(-[a-z]+)+-[0-9]$/,
  securityHubRole: /^[A-Za-z0-9_+=,.@-]{1,64}$/,
  securityHubExternalId: /^[A-Za-z0-9_+=,.@:/-]{2,1224}$/,
  application: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  environmentName: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  rulesSha256: /^[0-9a-fA-F]{64}$/,
  rollbarTokenParameter: /^\/[A-Za-z0-9_./-]{1,1010}$/,
  otlpEndpoint: /^https:\/\/.+$/,
  otlpHeadersParameter: /^\/[A-Za-z0-9_./-]{1,1010}$/,
} satisfies Partial<Record<keyof TattletrailProps, RegExp>>;

/** The least and the most of each number. */
const BOUNDS = {
  trailDays: [90, 3650],
  traceShare: [0, 1],
  memorySize: [128, 3008],
  filesMemorySize: [128, 3008],
  reservedConcurrency: [0, 1000],
  filesConcurrency: [2, 1000],
  ledgerDays: [1, 3650],
} as const;

function numbers(settings: TattletrailProps): string[] {
  const wrong = [];
  for (const [name, [least, most]] of Object.entries(BOUNDS)) {
    const value = settings[name as keyof typeof BOUNDS];
    if (value !== undefined && !Token.isUnresolved(value) && !(value >= least && value <= most)) {
      wrong.push(`${name} is ${value}, expected ${least} to ${most}`);
    }
  }
  const hours = settings.refreshRate?.toHours({ integral: false }) ?? 24;
  if (!Number.isInteger(hours) || hours < 1 || hours > 24) {
    wrong.push(`refreshRate is ${hours} hours, expected whole hours, 1 to 24`);
  }
  const seconds = settings.rulesMaxAge?.toSeconds({ integral: false }) ?? 60;
  if (!Number.isInteger(seconds) || seconds > 86400) {
    wrong.push(`rulesMaxAge is ${seconds} seconds, expected whole seconds, 0 to 86400`);
  }
  return wrong;
}
