/**
 * Carrying a graph elsewhere: what exporters read and write, and what they say of what a target cannot do.
 *
 * @module
 */
export type { ExportedFile, ExportedProject, Exporter, ExportOptions } from "./export.ts";
export { FEATURES, featuresOf } from "./features.ts";
export type { Feature, FeatureUse } from "./features.ts";
export { isLoss, reportLosses, requireCarried } from "./loss.ts";
export type { Loss, LossReport, Verdict, VerdictTable } from "./loss.ts";

// Safe Python, for exporters of one's own
export { assignment, call, list, name, pairs, set, statement, tuple } from "./python/expression.ts";
export type { BracketItem, Brackets, Expression, NamedArguments } from "./python/expression.ts";
export { identifierOf, shortHash } from "./python/identifier.ts";
export { jsonExpression, numberLiteral, textLiteral } from "./python/literal.ts";
