/**
 * What cdk-nag finds and why it stays as it is: each finding by itself, with its reason.
 */

import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** Says why a finding of cdk-nag about one construct is none. */
export function acknowledge(construct: Construct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${finding}`, reason });
}

/** Says why statements of a role have `*` in a resource; one whose `sid` has no reason remains a finding. */
export function acknowledgeWildcards(
  role: Construct, statements: PolicyStatement[], reasons: Record<string, string>,
): void {
  for (const statement of statements) {
    const reason = reasons[statement.sid ?? ''];
    const resources = statement.resources.map((resource) => written(role, resource));
    if (reason) {
      resources
        .filter((resource) => resource.includes('*'))
        .forEach((resource) => acknowledge(role, `IAM5[Resource::${resource}]`, reason));
    }
  }
}

/** A resource as cdk-nag writes it: what is only known at deployment, in angle brackets. */
function written(scope: Construct, resource: string): string {
  const value = Stack.of(scope).resolve(resource);
  const parts: unknown[] = typeof value === 'string' ? [value] : value['Fn::Join']?.[1] ?? [value];
  return parts.map((part) => (typeof part === 'string' ? part : `<${name(part)}>`)).join('');
}

function name(part: unknown): string {
  const { Ref, 'Fn::GetAtt': attribute } = part as { 'Ref'?: string; 'Fn::GetAtt'?: string[] };
  return Ref ?? attribute?.join('.') ?? 'unknown';
}
