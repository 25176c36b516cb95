/**
 * The app that deploys Tattletrail as a stack of its own, checked by cdk-nag. What is chosen comes from the context:
 *
 *     npx cdk deploy -c useLogs=true -c trailLogGroupName=NAME -c alertEmail=you@example.com
 */

import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { fromContext } from '../lib/context';
import { TattletrailStack } from '../lib/stack';

/** The app, for tests that add to it. */
export const app = new App({ analyticsReporting: false });
new TattletrailStack(app, app.node.tryGetContext('stackName') ?? 'tattletrail', { tattletrail: fromContext });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
