/**
 * What can be chosen: the parameters of `infra/sam/template.yaml` with their names and defaults, as typed properties.
 */

import { Duration } from 'aws-cdk-lib';
import { IEventBus } from 'aws-cdk-lib/aws-events';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code } from 'aws-cdk-lib/aws-lambda';
import { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { RulesInAppConfig, RulesInBucket } from './bundle';

/** The functions, by the names of their binaries. */
export type FunctionName = 'api-events' | 'trail-logs' | 'trail-files';

/** The levels of Sigma, the least first. */
export type Level = 'informational' | 'low' | 'medium' | 'high' | 'critical';

/** Properties of `Tattletrail`. All are optional; without any, events are taken in as they happen. */
export interface TattletrailProps {
  /**
   * What everything is called after; two of one account and Region must differ. Up to 32 letters, digits and hyphens.
   *
   * @default the name of the stack
   */
  readonly name?: string;

  // ---- What comes in: at least one way ----

  /**
   * Take in events as they happen, seconds after the call. Needs a trail in this account that is logging.
   *
   * @default true
   */
  readonly useEventBridge?: boolean;

  /**
   * Take in the log group that a trail writes to; nothing is missed there, some minutes late.
   *
   * @default false
   */
  readonly useLogs?: boolean;

  /**
   * Take in the files that a trail writes to S3.
   *
   * @default false
   */
  readonly useFiles?: boolean;

  /**
   * With `useEventBridge`, take in everything that CloudTrail says, and not only what some shipped rule can be about:
   * for rules of your own that `infra/event-pattern.json` was not made from.
   *
   * @default false
   */
  readonly allEvents?: boolean;

  // ---- The trail ----

  /**
   * Make a trail for all Regions with its bucket and log group. The first copy of management events is free of charge;
   * if the account has a trail already, give that one instead.
   *
   * @default false
   */
  readonly createTrail?: boolean;

  /** With `useLogs` and without `createTrail`, the log group that the trail writes to, in this Region. */
  readonly trailLogGroup?: ILogGroup;

  /**
   * With `useFiles` and without `createTrail`, the bucket that the trail writes to, in this Region. It must send its
   * events to EventBridge (`bucket.enableEventBridgeNotification()`, or docs/deploy.md for one made elsewhere).
   */
  readonly trailBucket?: IBucket;

  /**
   * The key that the given bucket's files are encrypted with.
   *
   * @default the key that `trailBucket` knows of, if any
   */
  readonly trailKey?: IKey;

  /**
   * With `createTrail`, for how many days the trail's files are kept, 90 to 3650.
   *
   * @default 365
   */
  readonly trailDays?: number;

  // ---- Where findings go ----

  /**
   * An address that gets a mail for each finding of `alertLevel` and above. It has to be confirmed from that mailbox.
   */
  readonly alertEmail?: string;

  /** An address that gets a mail when Tattletrail itself does not work, and for critical findings. */
  readonly operationsEmail?: string;

  /**
   * The least level that makes an alert.
   *
   * @default 'medium'
   */
  readonly alertLevel?: Level;

  /**
   * Security Hub must be on where findings go. `own`, findings of this account; `central`, all findings into this
   * account; `member`, into the account that a finding belongs to, by the role `securityHubRole` there.
   *
   * @default 'off'
   */
  readonly securityHub?: 'off' | 'own' | 'central' | 'member';

  /**
   * One Region whose Security Hub takes all findings.
   *
   * @default each goes to the Region where it happened
   */
  readonly securityHubRegion?: string;

  /**
   * With `securityHub` `member`, the name of the role in each member account.
   *
   * @default 'tattletrail-findings'
   */
  readonly securityHubRole?: string;

  /** With `securityHub` `member`, the external id that the role asks for. It is no secret. */
  readonly securityHubExternalId?: string;

  /** A bus in this account and Region that findings go to as OCSF events, for a SIEM. */
  readonly eventBus?: IEventBus;

  // ---- What is counted ----

  /**
   * The application that findings count under which no threat model has.
   *
   * @default 'default'
   */
  readonly application?: string;

  /**
   * The environment that errors are reported for.
   *
   * @default 'production'
   */
  readonly environmentName?: string;

  /**
   * `free`, ten metrics, which CloudWatch does not charge for; `standard`, metrics for each rule and function.
   *
   * @default 'free'
   */
  readonly metricsProfile?: 'free' | 'standard';

  /**
   * Make two dashboards (the pipeline, the account) and the saved questions. CloudWatch gives three dashboards free of
   * charge.
   *
   * @default true
   */
  readonly dashboards?: boolean;

  /**
   * How often the ledger is read to count what stands open and to remind Security Hub of it: whole hours, at most a
   * day.
   *
   * @default Duration.days(1)
   */
  readonly refreshRate?: Duration;

  // ---- The rules ----

  /**
   * Rules that are changed without a deployment of this: a bundle in S3 or AppConfig, not both (docs/rules.md, "Rules
   * as data"). Rules about other calls than the shipped ones wait for need `allEvents`, too.
   *
   * @default the rules that the functions were built with
   */
  readonly rules?: RulesInBucket | RulesInAppConfig;

  /**
   * With `rules`, the SHA-256 that `tattletrail rules bundle` tells; any other bundle is refused.
   *
   * @default any bundle of the place is taken
   */
  readonly rulesSha256?: string;

  /**
   * After what time a function looks whether there are other rules: whole seconds, at most a day.
   *
   * @default Duration.seconds(60)
   */
  readonly rulesMaxAge?: Duration;

  // ---- What else is told ----

  /**
   * What functions write to their logs whatever happens.
   *
   * @default 'info'
   */
  readonly logLevel?: 'error' | 'warn' | 'info' | 'debug';

  /**
   * For how long logs are kept.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logDays?: RetentionDays;

  /**
   * The SSM parameter that holds a Rollbar token, such as `/tattletrail/rollbar-token`.
   *
   * @default errors go to the log
   */
  readonly rollbarTokenParameter?: string;

  /** Where traces go besides X-Ray, such as `https://api.honeycomb.io`. */
  readonly otlpEndpoint?: string;

  /** The SSM parameter that holds the headers for `otlpEndpoint`, such as `/tattletrail/honeycomb`. */
  readonly otlpHeadersParameter?: string;

  /**
   * The share of invocations that X-Ray traces beyond the first of each second, 0 to 1. A finding has a trace in any
   * case.
   *
   * @default 0.05
   */
  readonly traceShare?: number;

  // ---- The machinery ----

  /**
   * The processor that the functions are built for and run on.
   *
   * @default Architecture.ARM_64
   */
  readonly architecture?: Architecture;

  /**
   * Memory of `api-events` and `trail-logs` in MB, 128 to 3008; processor time comes with it.
   *
   * @default 256
   */
  readonly memorySize?: number;

  /**
   * Memory of `trail-files` in MB, 128 to 3008. It does not grow with a file; processor time comes with it.
   *
   * @default 512
   */
  readonly filesMemorySize?: number;

  /**
   * So many copies of each function at most, taken out of the account's limit; it must leave 100.
   *
   * @default 0, no bound of their own (a new account has a limit of 10 and can reserve none)
   */
  readonly reservedConcurrency?: number;

  /**
   * So many copies of `trail-files` at once work at the queue, 2 to 1000; no more than `reservedConcurrency`.
   *
   * @default 5
   */
  readonly filesConcurrency?: number;

  /**
   * For how many days the ledger remembers what is settled. What stands open it never forgets.
   *
   * @default 90
   */
  readonly ledgerDays?: number;

  /**
   * A key of your own for everything that is kept. If the same app makes it, its policy is given the statements that it
   * needs; one that is imported must have them already (`keyStatements`).
   *
   * @default one is made
   */
  readonly encryptionKey?: IKey;

  // ---- Where the functions come from ----

  /**
   * A folder of what `cargo lambda build` made beforehand, `NAME/bootstrap` for each function.
   *
   * @default the functions are built while the app is synthesized, with `cargo lambda`
   */
  readonly binaries?: string;

  /** The code of single functions, from wherever CDK can take it; comes before `binaries`. */
  readonly code?: Partial<Record<FunctionName, Code>>;

  /**
   * The folder of Tattletrail's own source: its Cargo workspace, `infra/event-pattern.json`,
   * `infra/sam/dashboards.json`.
   *
   * @default the clone that this package is in
   */
  readonly source?: string;
}
