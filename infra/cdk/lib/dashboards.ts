/**
 * Dashboards and saved questions: the resources of `infra/sam/dashboards.json`, which `infra/sam/dashboards.py` makes
 * out of `infra/dashboards`.
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import { CfnResource, Fn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Settings } from './settings';
import { pascal } from './shared';

interface Resource {
  readonly Type: string;
  /** The profile of metrics that it is for, as a word with a capital; none, for all. */
  readonly Condition?: string;
  readonly Properties: object;
}

/** Makes those of the chosen profile of metrics. */
export function dashboards(scope: Construct, settings: Settings, trailLogGroup: string): void {
  const file = path.join(settings.source, 'infra', 'sam', 'dashboards.json');
  const resources: Record<string, Resource> = JSON.parse(fs.readFileSync(file, 'utf8')).Resources;
  const given = { Stack: settings.name, TrailLogGroup: trailLogGroup };
  for (const [id, resource] of Object.entries(resources)) {
    if (!resource.Condition || resource.Condition === pascal(settings.metricsProfile)) {
      new CfnResource(scope, id, { type: resource.Type, properties: placed(resource.Properties, given) as object });
    }
  }
}

/** A value whose texts with placeholders have what belongs in their places. */
function placed(value: unknown, given: Record<string, string>): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => placed(item, given));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const { Ref: name, 'Fn::Sub': text } = value as Record<string, unknown>;
  if (typeof name === 'string') {
    return given[name] ?? Fn.ref(name);
  }
  if (typeof text === 'string') {
    // CloudFormation refuses a variable that the text does not have.
    const there = Object.entries(given).filter(([name]) => text.includes('${' + name + '}'));
    return there.length > 0 ? Fn.sub(text, Object.fromEntries(there)) : Fn.sub(text);
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, placed(member, given)]));
}
