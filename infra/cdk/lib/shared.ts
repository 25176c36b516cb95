/** What the parts of one deployment have in common. */

import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { FunctionName } from './props';
import { Settings } from './settings';

/** What each function is given to work with. */
export interface Shared {
  readonly settings: Settings;
  readonly key: IKey;
  readonly ledger: ITable;
  readonly alertTopic: ITopic;
  readonly operationsTopic: ITopic;
  readonly deadLetterQueue: IQueue;
  readonly rejectedQueue: IQueue;
}

/** A function and the role that is its own. */
export interface Worker {
  readonly name: FunctionName;
  readonly function: IFunction;
  readonly role: IRole;
}

/** `api-events` as part of an id: `ApiEvents`. */
export function pascal(name: string): string {
  return name.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
}

/** A statement that allows. Written out everywhere: a grant of CDK's may allow more than is needed. */
export function allow(sid: string, props: PolicyStatementProps): PolicyStatement {
  return new PolicyStatement({ sid, ...props });
}
