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

// Targets
export { exportAirflow } from "./airflow/export.ts";
export { exportDagster } from "./dagster/export.ts";
export { exportPrefect } from "./prefect/export.ts";

// Plugins
export { PLUGIN_API_VERSION } from "./plugin.ts";
export type {
  ConnectionOptions,
  EntryPointOptions,
  HelmOptions,
  LineageDataset,
  LineageEvent,
  LineageEventType,
  OrchestratorPlugin,
  ResourceSpec,
  TransformConfig,
  ValidationResult,
  WorkloadSize,
} from "./plugin.ts";
export { probeService } from "./parts/connection.ts";
export type { Probe } from "./parts/connection.ts";
export { createExportPlugin } from "./parts/export_plugin.ts";
export type { ExportPluginOptions, TargetSpec } from "./parts/export_plugin.ts";
export type { LineageOptions } from "./parts/lineage.ts";
export { kubernetesResources } from "./parts/sizes.ts";
export { createAirflowPlugin } from "./airflow/plugin.ts";
export { createDagsterPlugin } from "./dagster/plugin.ts";
export { exportLocal } from "./local/export.ts";
export { createLocalPlugin } from "./local/plugin.ts";
export { createPrefectPlugin } from "./prefect/plugin.ts";
export { loadTarget, TARGETS } from "./targets.ts";
export type { TargetName } from "./targets.ts";
export { checkPlugin, createPluginRegistry, isApiCompatible } from "./registry.ts";
export type { PluginRegistry } from "./registry.ts";
export { MARKER, writeProject } from "./write_project.ts";
export type { WrittenProject } from "./write_project.ts";

// Safe Python, for exporters of one's own
export { assignment, call, list, name, pairs, set, statement, tuple } from "./python/expression.ts";
export type { BracketItem, Brackets, Expression, NamedArguments } from "./python/expression.ts";
export { identifierOf, shortHash } from "./python/identifier.ts";
export { jsonExpression, numberLiteral, textLiteral } from "./python/literal.ts";
