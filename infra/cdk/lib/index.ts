/** What the package gives: the construct, a stack of it, and its properties. */

export { RulesInAppConfig, RulesInBucket } from './bundle';
export { fromContext } from './context';
export { keyStatements } from './key';
export { FunctionName, Level, TattletrailProps } from './props';
export { Worker } from './shared';
export { TattletrailStack, TattletrailStackProps } from './stack';
export { Tattletrail } from './tattletrail';
