/** Rules of EventBridge: with what is done where a target can't be reached, and who may invoke whom. */

import { CfnRule } from 'aws-cdk-lib/aws-events';
import { CfnPermission, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/** How long a target is tried before an event is a dead letter. */
export type Patience = { readonly maximumEventAgeInSeconds: number; readonly maximumRetryAttempts: number };

/** A day, as long as EventBridge tries. */
export const PATIENT: Patience = { maximumEventAgeInSeconds: 86400, maximumRetryAttempts: 185 };

/** An hour: the next one of its kind comes soon. */
export const BRIEF: Patience = { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 10 };

/** A target of a rule. */
export function target(id: string, arn: string, patience: Patience, deadLetters: string): CfnRule.TargetProperty {
  return { id, arn, retryPolicy: patience, deadLetterConfig: { arn: deadLetters } };
}

/** Lets rules, and only those, invoke a function. */
export function mayInvoke(scope: Construct, id: string, rules: string, to: IFunction): void {
  new CfnPermission(scope, id, {
    functionName: to.functionName,
    action: 'lambda:InvokeFunction',
    principal: 'events.amazonaws.com',
    sourceArn: rules,
  });
}
