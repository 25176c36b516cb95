/**
 * Rules that are data: a bundle of them in S3 or AppConfig (`docs/rules.md`, "Rules as data"), how a function is told
 * of it and what lets it read it.
 */

import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { mismatches } from './pattern';
import { allow } from './shared';

/** A bundle of rules that is an object in S3. */
export interface RulesInBucket {
  /** A bucket of this account. Who may write there decides what is found. */
  readonly bucket: IBucket;

  /**
   * The object that is the bundle.
   *
   * @default 'tattletrail/rules.ttrules'
   */
  readonly key?: string;

  /**
   * One version of the object and no other.
   *
   * @default the latest one as soon as it is there
   */
  readonly version?: string;

  /**
   * The key that the object is encrypted with.
   *
   * @default the key that `bucket` knows of, if any
   */
  readonly encryptionKey?: IKey;
}

/** A bundle of rules that is a configuration of AppConfig in this account and Region. */
export interface RulesInAppConfig {
  /** The id of the application. */
  readonly applicationId: string;

  /** The id of the environment that the bundle is deployed to. */
  readonly environmentId: string;

  /** The id of the configuration profile that has the bundle. */
  readonly profileId: string;
}

const DEFAULT_KEY = 'tattletrail/rules.ttrules';

/** The same expressions as in `infra/sam/template.yaml`. */
const PATTERNS = {
  key: /^[A-Za-z0-9!_.'()/=+@-]{1,1024}$/,
  version: /^[A-Za-z0-9._-]{1,1024}$/,
  applicationId: /^[a-z0-9]{4,7}$/,
  environmentId: /^[a-z0-9]{4,7}$/,
  profileId: /^[a-z0-9]{4,7}$/,
};

/** Says what is wrong with a place of rules. Its type can't say that it is one place only, and whole. */
export function wrongPlace(rules: RulesInBucket | RulesInAppConfig): string[] {
  const { bucket, key, version, encryptionKey, ...other }: Partial<RulesInBucket & RulesInAppConfig> = rules;
  const ofBucket = [bucket, key, version, encryptionKey].some((part) => part !== undefined);
  const ids = [other.applicationId, other.environmentId, other.profileId];
  const ofAppConfig = ids.some((id) => id !== undefined);
  const wrong = mismatches(rules, PATTERNS).map((text) => `rules: ${text}`);
  if (ofBucket && ofAppConfig) {
    wrong.push('rules come from a bucket or from AppConfig: leave out the parts of one of them');
  } else if (ofAppConfig && !ids.every((id) => id)) {
    wrong.push('rules of AppConfig need applicationId, environmentId and profileId');
  } else if (!ofAppConfig && !bucket) {
    wrong.push('rules need bucket, or applicationId, environmentId and profileId of AppConfig');
  }
  return wrong;
}

/** Where a function looks for its rules; empty, those that it was built with. */
export function placeOf(rules?: RulesInBucket | RulesInAppConfig): string {
  if (!rules) {
    return '';
  }
  if ('bucket' in rules) {
    const object = `s3://${rules.bucket.bucketName}/${rules.key || DEFAULT_KEY}`;
    return rules.version ? `${object}?versionId=${rules.version}` : object;
  }
  return `appconfig:${rules.applicationId}/${rules.environmentId}/${rules.profileId}`;
}

/** What lets a function read its rules. */
export function mayRead(rules?: RulesInBucket | RulesInAppConfig): PolicyStatement[] {
  if (!rules) {
    return [];
  }
  return 'bucket' in rules ? object(rules) : [configuration(rules)];
}

function object(rules: RulesInBucket): PolicyStatement[] {
  const key = rules.encryptionKey ?? rules.bucket.encryptionKey;
  const statements = [
    // Of this account alone: a bucket's name may be somebody else's tomorrow.
    allow('RulesInBucket', {
      actions: [rules.version ? 's3:GetObjectVersion' : 's3:GetObject'],
      resources: [`arn:${Aws.PARTITION}:s3:::${rules.bucket.bucketName}/${rules.key || DEFAULT_KEY}`],
      conditions: { StringEquals: { 'aws:ResourceAccount': Aws.ACCOUNT_ID } },
    }),
  ];
  if (key) {
    statements.push(allow('RulesKey', {
      actions: ['kms:Decrypt'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `s3.${Aws.REGION}.amazonaws.com` } },
    }));
  }
  return statements;
}

function configuration({ applicationId, environmentId, profileId }: RulesInAppConfig): PolicyStatement {
  const path = `application/${applicationId}/environment/${environmentId}/configuration/${profileId}`;
  return allow('RulesInAppConfig', {
    actions: ['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration'],
    resources: [`arn:${Aws.PARTITION}:appconfig:${Aws.REGION}:${Aws.ACCOUNT_ID}:${path}`],
  });
}
