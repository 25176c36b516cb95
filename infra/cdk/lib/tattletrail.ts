/** The construct: CloudTrail in, findings out, in one account and one Region. */

import { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { Watched } from './alarms';
import { dashboards } from './dashboards';
import { eventsOf } from './events';
import { filesOf } from './files';
import { keyOf } from './key';
import { ledgerOf } from './ledger';
import { logsOf } from './logs';
import { alarms } from './pipeline';
import { FunctionName, TattletrailProps } from './props';
import { deadLetterQueueOf, rejectedQueueOf } from './queues';
import { refresh } from './refresh';
import { settled, Settings } from './settings';
import { Shared, Worker } from './shared';
import { alertTopicOf, operationsTopicOf } from './topics';
import { traces } from './traces';
import { Trail, trailOf } from './trail';

/** The same as `infra/sam/template.yaml`, as a part of an app of your own. `docs/deploy.md` has an example. */
export class Tattletrail extends Construct {
  /** Where alerts go; subscribe people and chats here. */
  public readonly alertTopic: ITopic;
  /** Where it is told that Tattletrail itself does not work. */
  public readonly operationsTopic: ITopic;
  /** The ledger, for `tattletrail publish` and `redrive`. */
  public readonly ledger: ITable;
  /** What was given up after all retries, for `tattletrail redrive`. */
  public readonly deadLetterQueue: IQueue;
  /** What could not be read, for `tattletrail redrive`. */
  public readonly rejectedQueue: IQueue;
  /** The key of everything that is kept. */
  public readonly key: IKey;
  /** The alarm that nothing comes in. */
  public readonly pipelineDown: IAlarm;
  /** The functions that there are, each with its role, which member accounts trust. */
  public readonly functions: Partial<Record<FunctionName, Worker>>;
  /** The bucket of the trail that was made. */
  public readonly trailBucket?: IBucket;
  /** The log group of the trail that was made. */
  public readonly trailLogGroup?: ILogGroup;

  constructor(scope: Construct, id: string, props: TattletrailProps = {}) {
    super(scope, id);
    const settings = settled(this, props);
    const shared = this.shared(settings);
    this.key = shared.key;
    this.ledger = shared.ledger;
    this.alertTopic = shared.alertTopic;
    this.operationsTopic = shared.operationsTopic;
    this.deadLetterQueue = shared.deadLetterQueue;
    this.rejectedQueue = shared.rejectedQueue;

    const trail = settings.createTrail ? trailOf(this, settings, shared.key) : undefined;
    this.trailBucket = trail?.bucket;
    this.trailLogGroup = trail?.logGroup;

    const watched = this.waysIn(shared, trail);
    const workers = [watched.events, watched.logs, watched.files].filter((worker) => worker !== undefined);
    this.functions = Object.fromEntries(workers.map((worker) => [worker.name, worker]));
    // The first of the functions that is there looks after what stands open.
    workers.slice(0, 1).forEach((first) => refresh(this, shared, first));

    traces(this, settings);
    this.pipelineDown = alarms(this, shared, watched);
    if (settings.dashboards) {
      dashboards(this, settings, watched.logs?.trailLog.logGroupName ?? 'aws-cloudtrail-logs');
    }
  }

  private shared(settings: Settings): Shared {
    const key = keyOf(this, settings);
    return {
      settings,
      key,
      ledger: ledgerOf(this, settings, key),
      alertTopic: alertTopicOf(this, settings, key),
      operationsTopic: operationsTopicOf(this, settings, key),
      deadLetterQueue: deadLetterQueueOf(this, settings, key),
      rejectedQueue: rejectedQueueOf(this, settings, key),
    };
  }

  private waysIn(shared: Shared, trail?: Trail): Watched {
    const { settings } = shared;
    const events = settings.useEventBridge ? eventsOf(this, shared) : undefined;
    const trailLog = trail?.logGroup ?? settings.trailLogGroup;
    const logs = settings.useLogs && trailLog
      ? { ...logsOf(this, shared, trailLog, !events), trailLog }
      : undefined;
    const bucket = trail?.bucket ?? settings.trailBucket;
    const files = settings.useFiles && bucket
      ? filesOf(this, shared, bucket, !events && !logs)
      : undefined;
    return { events, logs, files };
  }
}
