/** What a text must look like. */

import { Token } from 'aws-cdk-lib';

/** Says which members do not look as they must. What is only known at deployment is CloudFormation's to check. */
export function mismatches(given: object, patterns: Record<string, RegExp>): string[] {
  const wrong = [];
  for (const [name, pattern] of Object.entries(patterns)) {
    const value: unknown = (given as Record<string, unknown>)[name];
    // Empty is none.
    if (typeof value === 'string' && value && !Token.isUnresolved(value) && !pattern.test(value)) {
      wrong.push(`${name} is \`${value}\`, expected ${pattern.source}`);
    }
  }
  return wrong;
}
