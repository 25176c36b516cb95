/** A stack that is Tattletrail and nothing else, with the outputs of `infra/sam/template.yaml`. */

import { CfnOutput, Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { FunctionName, TattletrailProps } from './props';
import { pascal } from './shared';
import { Tattletrail } from './tattletrail';

/** Properties of the stack. */
export interface TattletrailStackProps extends StackProps {
  /** What is chosen; a function, where that has to be looked up or made inside of the stack. */
  readonly tattletrail?: TattletrailProps | ((scope: Construct) => TattletrailProps);
}

/** Tattletrail as a stack of its own. */
export class TattletrailStack extends Stack {
  /** What is in it. */
  public readonly tattletrail: Tattletrail;

  constructor(scope: Construct, id: string, props: TattletrailStackProps = {}) {
    super(scope, id, {
      description: 'Tattletrail: CloudTrail in, findings out, in one account and one Region. docs/deploy.md says how '
        + 'to deploy, watch, change and remove it; docs/permissions.md says why each role may do what it may.',
      ...props,
    });
    const chosen = props.tattletrail;
    this.tattletrail = new Tattletrail(this, 'Tattletrail', typeof chosen === 'function' ? chosen(this) : chosen);
    this.outputs(this.tattletrail);
  }

  private outputs(made: Tattletrail): void {
    this.output('AlertTopicArn', 'Where alerts go; subscribe people and chats here', made.alertTopic.topicArn, true);
    const operations = 'Where it is told that Tattletrail itself does not work';
    this.output('OperationsTopicArn', operations, made.operationsTopic.topicArn, true);
    const ledger = 'The ledger, for tattletrail publish and redrive (TATTLETRAIL_LEDGER_TABLE)';
    this.output('LedgerTable', ledger, made.ledger.tableName, true);
    this.output('DeadLetterQueueUrl', 'For tattletrail redrive', made.deadLetterQueue.queueUrl);
    this.output('RejectedQueueUrl', 'What could not be read, for tattletrail redrive', made.rejectedQueue.queueUrl);
    this.output('KeyArn', 'The key of everything that is kept', made.key.keyArn);
    this.output('PipelineDownAlarm', 'The alarm that nothing comes in', made.pipelineDown.alarmArn);
    for (const name of ['api-events', 'trail-logs', 'trail-files'] satisfies FunctionName[]) {
      const worker = made.functions[name];
      if (worker) {
        this.output(`${pascal(name)}Arn`, `The function ${name}`, worker.function.functionArn);
        this.output(`${pascal(name)}RoleArn`, 'Its role, which member accounts trust', worker.role.roleArn);
      }
    }
    if (made.trailBucket && made.trailLogGroup) {
      this.output('TrailBucketOut', 'The bucket of the trail that was made', made.trailBucket.bucketName);
      this.output('TrailLogGroupOut', 'The log group of the trail that was made', made.trailLogGroup.logGroupName);
    }
  }

  private output(name: string, description: string, value: string, exported = false): void {
    new CfnOutput(this, name, { description, value, exportName: exported ? `${this.stackName}-${name}` : undefined });
  }
}
