/** Traces: the group of those with a grave finding, and how many there are. */

import { CfnGroup, CfnSamplingRule } from 'aws-cdk-lib/aws-xray';
import { Construct } from 'constructs';
import { Settings } from './settings';

/** Makes the group and the sampling rule. */
export function traces(scope: Construct, settings: Settings): void {
  new CfnGroup(scope, 'Traces', {
    groupName: settings.name,
    filterExpression: 'annotation.severity = "critical" OR annotation.severity = "high"',
    insightsConfiguration: { insightsEnabled: false, notificationsEnabled: false },
  });
  // AWS's own default, one in each second and 5 % of the others, but for these functions alone and for you to change.
  new CfnSamplingRule(scope, 'Sampling', {
    samplingRule: {
      ruleName: settings.name,
      version: 1,
      priority: 5000,
      reservoirSize: 1,
      fixedRate: settings.traceShare,
      serviceName: `${settings.name}-*`,
      serviceType: 'AWS::Lambda::Function',
      host: '*',
      httpMethod: '*',
      urlPath: '*',
      resourceArn: '*',
    },
  });
}
