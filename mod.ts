/**
 * Sluice: asset graphs that run inside a Bun or Deno app.
 *
 * The names are in the order of use: define, validate, plan, run.
 *
 * @module
 */

// Define
export { assetRef, defineAsset, defineExternalAsset, selfDep } from "./src/model/assets/asset.ts";
export type { Asset, AssetRef } from "./src/model/assets/declaration.ts";
export type {
  AssetDescription,
  Deps,
  InlineCheckSpec,
  StepRules,
  UndoSpec,
  Upstream,
} from "./src/model/assets/spec.ts";
export type {
  AssetSpec,
  BatchReturn,
  BatchValue,
  Body,
  CheckDeps,
  DeclaredOutput,
  KnownFields,
  LoadMade,
  MappingOf,
  OptionalOf,
  Result,
  Returnable,
  UpstreamOf,
  Upstreams,
  ValueOf,
} from "./src/model/assets/asset.ts";
export type { Awaitable } from "./src/model/assets/result.ts";
export { defineCheck } from "./src/model/assets/check.ts";
export type { Check, CheckContext, CheckSpec } from "./src/model/assets/check.ts";
export type {
  Arrival,
  BaseContext,
  BatchArrival,
  BatchContext,
  BatchInput,
  Dependency,
  GivenMapping,
  Input,
  KeyOf,
  Missing,
  MultiPartition,
  NamedPartition,
  NotPartitioned,
  PartitionOf,
  Report,
  RunInfo,
  StepContext,
  TimePartition,
  TimeWindow,
  UndoContext,
} from "./src/model/assets/context.ts";
export { StepFailure } from "./src/model/assets/failure.ts";
export { files } from "./src/model/assets/io_choice.ts";
export type { FileFormat, FileOptions, FilesChoice, IOChoice } from "./src/model/assets/io_choice.ts";
export type { IsolationOptions } from "./src/runtime/isolation/settings.ts";
export type { BreakerStatus } from "./src/runtime/gates/breaker.ts";
export type { WaitingEntry } from "./src/runtime/gates/gates.ts";
export type { WorkerCounts } from "./src/runtime/isolation/worker/counts.ts";
export type { IsolationRules, IsolationTier, StepIsolation } from "./src/model/step/isolation.ts";
export type {
  Each,
  EachOptions,
  ElementBody,
  ElementContext,
  ElementOutcome,
  ElementValue,
  Items,
} from "./src/model/elements/each.ts";
export { defineMultiAsset } from "./src/model/assets/multi_asset.ts";
export type {
  DeclaredValue,
  MultiAsset,
  MultiAssetContext,
  MultiAssetSpec,
  Outputs,
  OutputSpec,
  Returned,
  ReturnedValue,
  Unwrapped,
} from "./src/model/assets/multi_asset.ts";
export type { Partitioned } from "./src/model/assets/partitioned.ts";
export { defineResource, override } from "./src/model/assets/resource.ts";
export type { Resource, ResourceContext, ResourceOverride, Resources } from "./src/model/assets/resource.ts";
export { secret } from "./src/model/assets/secret.ts";
export type { RevealSecret, Secret, SecretPlaceholder } from "./src/model/assets/secret.ts";
export { openMask } from "./src/runtime/redact/mask.ts";
export type { Mask } from "./src/runtime/redact/mask.ts";
export type { MaskStream } from "./src/runtime/redact/stream.ts";
export { tickRunId } from "./src/triggers/launch.ts";
export type { Launched, LaunchedResult, LaunchRequest } from "./src/triggers/launch.ts";
export type {
  Tick,
  Trigger,
  TriggerHistory,
  TriggerHost,
  TriggerUnit,
  UnitsRequest,
} from "./src/triggers/contract.ts";
export { openRunBundle } from "./src/stores/bundle/open.ts";
export { output, shortCircuit, skip, unchanged } from "./src/model/assets/result.ts";
export type {
  CircuitReach,
  Metadata,
  Output,
  OutputFacts,
  ShortCircuit,
  ShortCircuitOptions,
  Skip,
  Unchanged,
} from "./src/model/assets/result.ts";
export { type } from "./src/model/assets/schema.ts";
export type {
  Schema,
  SchemaInput,
  SchemaIssue,
  SchemaOutput,
  SchemaResult,
  TypeTag,
} from "./src/model/assets/schema.ts";
export type { Site } from "./src/model/assets/site.ts";
export type {
  CheckDeclaration,
  CheckResult,
  CheckSeverity,
  InlineCheck,
  StepDeclaration,
  StepInput,
  UndoDeclaration,
} from "./src/model/assets/declaration.ts";
export { condition } from "./src/model/automation/condition.ts";
export type {
  AutomationCondition,
  ChecksCondition,
  CombinedCondition,
  ConditionKit,
  ConditionState,
  CronCondition,
  DepsChoice,
  DepsCondition,
  LatestWindowCondition,
  SinceCondition,
  StateCondition,
  StateConditions,
  WrappedCondition,
} from "./src/model/automation/condition.ts";
export { freshnessOf } from "./src/model/automation/freshness_state.ts";
export type * from "./src/model/automation/freshness_state.ts";
export { freshBy, freshWithin } from "./src/model/automation/freshness.ts";
export type * from "./src/model/automation/freshness.ts";
export { defineSchedule } from "./src/model/automation/schedule.ts";
export type { DecideTick, ScheduleRequest, ScheduleTick } from "./src/model/automation/schedule_request.ts";
export type { Misfire, MisfirePolicy, OverlapPolicy } from "./src/model/automation/policies.ts";
export type { Schedule, ScheduledPartitions, ScheduleSpec } from "./src/model/automation/schedule.ts";
export { assetSensor, type AssetSensorSpec } from "./src/model/automation/sensors/asset_sensor.ts";
export { defineSensor, type SensorSpec } from "./src/model/automation/sensors/custom_sensor.ts";
export { fileSensor, type FileSensorSpec } from "./src/model/automation/sensors/file_sensor.ts";
export {
  freshnessSensor,
  type FreshnessSensorSpec,
} from "./src/model/automation/sensors/freshness_sensor.ts";
export { httpSensor, type HttpSensorSpec } from "./src/model/automation/sensors/http_sensor.ts";
export type * from "./src/model/automation/sensors/result.ts";
export { runSensor, type RunSensorSpec } from "./src/model/automation/sensors/run_sensor.ts";
export type * from "./src/model/automation/sensors/sensor.ts";
export type * from "./src/model/automation/sensors/tick.ts";
export type * from "./src/model/automation/sensors/watch.ts";
export { parseKey } from "./src/model/key.ts";
export { defineJob } from "./src/model/job.ts";
export type { Job, RunConfig, Selection } from "./src/model/job.ts";
export type { BreakerPolicy, BreakerState, PoolOptions } from "./src/model/gates/breaker.ts";
export type { KeyContext, RunConcurrency, StepConcurrency, WhenBusy } from "./src/model/gates/concurrency.ts";
export { RETRY_BY_CLASS, retryDelayMs } from "./src/model/policy.ts";
export type { BackfillPolicy, ErrorClass, RetryPolicy, RetryRule } from "./src/model/policy.ts";
export { airflowRetryDelayMs } from "./src/runtime/retry/airflow.ts";
export type { AirflowRetry, AirflowTask } from "./src/runtime/retry/airflow.ts";
export { TRIGGER_RULES } from "./src/model/assets/trigger_rule.ts";
export type { TriggerRule } from "./src/model/assets/trigger_rule.ts";
export type * from "./src/model/step/hooks.ts";
export type { Compensate } from "./src/model/step/compensate.ts";
export type { AuditedVerb, AuditEntry, AuditFilter, By } from "./src/model/audit/audit.ts";
export type { Clock, Log, LogFields, LogLevel, Random } from "./src/model/ports.ts";

// Partition
export {
  dailyPartitions,
  dynamicPartitions,
  hourlyPartitions,
  monthlyPartitions,
  multiPartitions,
  staticPartitions,
  timePartitions,
  weeklyPartitions,
} from "./src/model/partitions/definition.ts";
export type {
  CalendarOptions,
  DailyOptions,
  Dimensions,
  DynamicPartitions,
  HourlyOptions,
  LeafPartitions,
  MultiPartitions,
  Part,
  Partitions,
  StaticPartitions,
  TimeOptions,
  TimePartitions,
  Unit,
} from "./src/model/partitions/definition.ts";
export {
  allMapping,
  customMapping,
  identityMapping,
  lastMapping,
  multiMapping,
  multiToSingleMapping,
  specificMapping,
  staticMapping,
  timeWindowMapping,
} from "./src/model/partitions/mapping.ts";
export type {
  AllMapping,
  CustomMapping,
  CustomMappingOptions,
  DimensionMapping,
  DimensionMappingOptions,
  IdentityMapping,
  LastMapping,
  LeafMapping,
  MappedUpstream,
  Mapping,
  MultiMapping,
  MultiToSingleMapping,
  ResolvedMapping,
  SpecificMapping,
  StaticMapping,
  TimeWindowMapping,
  TimeWindowMappingOptions,
} from "./src/model/partitions/mapping.ts";
export type {
  DynamicRelation,
  InferredRelation,
  LeafRelation,
  ListRelation,
  MappedRelation,
  MatchingRelation,
  MaybePartitions,
  MultiRelation,
  MultiToSingleRelation,
  Problem,
  Relation,
  SingleToMultiRelation,
  SpecificRelation,
  StaticRelation,
  TimeRelation,
  Unlike,
  Within,
} from "./src/model/partitions/relation.ts";

// Validate
export { definitions } from "./src/model/definitions.ts";
export type { AssetList, Definitions, DefinitionsSpec } from "./src/model/definitions.ts";
export type { AssetGraph } from "./src/model/graph.ts";
export { SluiceError } from "./src/model/issue.ts";
export type { Issue, IssueCode } from "./src/model/issue.ts";

// Watch
export { createMonitor } from "./src/monitor/stream/monitor.ts";
export type * from "./src/monitor/stream/contract.ts";
export { isAtLeast, SEVERITIES, type Severity, severityOf } from "./src/monitor/stream/severity.ts";
export { createMetrics, type Metrics, METRICS_TYPE } from "./src/monitor/metrics/metrics.ts";
export { createEventLog, type EventLog, type EventLogOptions } from "./src/monitor/log/log.ts";
export { openTelemetry, type Telemetry, type TelemetryOptions } from "./src/monitor/telemetry/telemetry.ts";
export type * from "./src/monitor/telemetry/api.ts";
export { createAlerts } from "./src/monitor/alerts/alerts.ts";
export {
  type Alert,
  type AlertChannel,
  type AlertOptions,
  type AlertRule,
  type Alerts,
  DeliveryError,
} from "./src/monitor/alerts/contract.ts";
export { emailChannel, type EmailOptions, type Mailer } from "./src/monitor/alerts/channels/email.ts";
export { pagerDutyChannel, type PagerDutyOptions } from "./src/monitor/alerts/channels/pagerduty.ts";
export { slackChannel, type SlackOptions } from "./src/monitor/alerts/channels/slack.ts";
export { webhookChannel, type WebhookOptions } from "./src/monitor/alerts/channels/webhook.ts";

// Run on many engines
export { createEngines } from "./src/engines/engines.ts";
export type * from "./src/engines/contract.ts";
export type { EngineStrategy } from "./src/engines/strategy.ts";
export type * from "./src/model/engine/message.ts";

// Carry elsewhere
export { diffSnapshots } from "./src/model/snapshot/diff.ts";
export type { SnapshotChange } from "./src/model/snapshot/diff.ts";
export { parseSnapshot } from "./src/model/snapshot/parse.ts";
export { takeSnapshot } from "./src/model/snapshot/take.ts";
export type * from "./src/model/snapshot/snapshot.ts";

// Plan
export { explain } from "./src/planner/explain.ts";
export type { Explanation } from "./src/planner/explain.ts";
export { formatAutomation } from "./src/planner/automation/explanation.ts";
export type * from "./src/planner/automation/explanation.ts";
export { diffPlans } from "./src/planner/diff.ts";
export type { PlanChange } from "./src/planner/diff.ts";
export { formatBackfillPlan, formatPlan } from "./src/planner/json.ts";
export type { BackfillPlanJson, PlanJson, PlanStepJson } from "./src/planner/json.ts";
export type {
  BackfillGroup,
  BackfillPlan,
  PlannedReason,
  PlannedSet,
  PlanReasons,
  RunPlan,
} from "./src/planner/plan.ts";
export { formatReason } from "./src/planner/reason.ts";
export type { Reason } from "./src/planner/reason.ts";
export type { BackfillRequest, PartitionRequest, PlanRequest, PlanScope } from "./src/planner/request.ts";
export type {
  Dimension,
  LeafSpace,
  MultiSpace,
  NameSpace,
  PartitionSpace,
  Space,
  TimeSpace,
  UnitSpace,
} from "./src/model/partitions/space.ts";
export type {
  PartitionIdentity,
  StoredCells,
  StoredLeaf,
  StoredNames,
  StoredRun,
  StoredSubset,
  StoredUnit,
  StoredWindows,
} from "./src/model/partitions/stored.ts";
export type { IndexRange, Subset } from "./src/model/partitions/subset.ts";
export type { PlanningContext } from "./src/planner/context.ts";
export type { AssetFacts, Facts, PartitionFacts } from "./src/model/events/facts.ts";
export type { WindowOptions } from "./src/model/time/declare.ts";

// Run
export { materialize } from "./src/runtime/materialize.ts";
export type { Materialized, MaterializedLine, MaterializeOptions } from "./src/runtime/materialize.ts";
export { createOrchestrator } from "./src/orchestrator.ts";
export type {
  AssetName,
  BackfillResult,
  ByOptions,
  CloseOptions,
  LogFilter,
  MaterializationReport,
  Orchestrator,
  OrchestratorOptions,
  PartitionOverview,
  RecoverOptions,
  RecoverySettings,
  RunOptions,
  RunResult,
  StoreOptions,
  SwitchOptions,
  TriggerStatus,
  VerifyOptions,
} from "./src/orchestrator.ts";

// Carry elsewhere
export { formatStepOutcome, parseStepOutcome, stepExitCodes } from "./src/model/step/outcome.ts";
export type {
  StepCheckResult,
  StepError,
  StepOutcome,
  StepOutcomeStatus,
  StepOutput,
} from "./src/model/step/outcome.ts";
export type { StepLogLine, StepReporter } from "./src/model/step/reporter.ts";
export type { Fence } from "./src/model/step/fence.ts";
export { formatStepRequest, parseStepRequest } from "./src/model/step/request.ts";
export type { StepPartitions, StepRequest } from "./src/model/step/request.ts";
export { formatRunHookRequest, parseRunHookRequest } from "./src/model/step/run_hook.ts";
export type { RunHookRequest } from "./src/model/step/run_hook.ts";
export type { UndoOutput, UndoRequest } from "./src/model/step/undo.ts";
export type {
  ElementEventName,
  ElementRemark,
  ElementsRequest,
  Recalled,
  RecalledElement,
} from "./src/model/elements/remark.ts";

// Keep history
export { memoryStore } from "./src/stores/memory.ts";
export { openSqliteStore } from "./src/stores/sqlite.ts";
export type { SqliteStoreOptions } from "./src/stores/sqlite.ts";

// Keep values
export { filesIO } from "./src/io/files.ts";
export type { FilesIO, FilesOptions } from "./src/io/files.ts";
export { s3IO } from "./src/io/s3.ts";
export type { S3IO, S3IOOptions } from "./src/io/s3.ts";
export type { S3Credentials, S3CredentialSource } from "./src/io/s3/credentials.ts";
export type { IOManager, Receipt, ValueAddress, ValueTable } from "./src/io/manager.ts";
export { memoryIO } from "./src/io/memory.ts";
export type { MemoryIO, MemoryOptions, MemorySlot } from "./src/io/memory.ts";

// Look at the graph
export { loadGraphologyDag, toGraphology } from "./src/model/graphology.ts";
export type { GraphologyDag, GraphologyGraph } from "./src/model/graphology.ts";
export { formatSelection } from "./src/model/selection/format.ts";
export { parseSelection } from "./src/model/selection/parse.ts";
export { resolveSelection } from "./src/model/selection/resolve.ts";
export type {
  AddedPartitions,
  BreakerName,
  CheckRecord,
  EventName,
  EventPayloads,
  OutputRecord,
  RecordedError,
  SluiceEvent,
  UndoneOutput,
} from "./src/model/events/event.ts";
export type {
  BackfillRecord,
  CheckResultRecord,
  ElementRecord,
  LogLine,
  MaterializationRecord,
  RunRecord,
  StepCounts,
  StepRecord,
  TickRecord,
  TriggerRecord,
  UndoRecord,
} from "./src/model/events/record.ts";
export type { GraphologyNode } from "./src/model/graphology.ts";
export type { RankSet } from "./src/model/reach.ts";
export type {
  AttributeNode,
  CombinedNode,
  EndsNode,
  KeyNode,
  NotNode,
  ParsedSelection,
  Placed,
  SelectionNode,
  WalkNode,
} from "./src/model/selection/ast.ts";
export type {
  RankTest,
  SelectionAsset,
  SelectionAttribute,
  SelectionCatalog,
  UnknownValue,
} from "./src/model/selection/attributes.ts";
export type { SelectionOptions } from "./src/model/selection/resolve.ts";
export type {
  BackfillFilter,
  EventFilter,
  MaterializationFilter,
  Retention,
  RunFilter,
  RunPlanRecord,
  RunStore,
  TickFilter,
} from "./src/stores/store.ts";
export type { EventBatch } from "./src/model/events/batch.ts";
export type { ElementFilter } from "./src/model/events/fold_elements.ts";
export type {
  BackfillStatus,
  ElementStatus,
  RunStatus,
  StepStatus,
  TickStatus,
} from "./src/model/events/status.ts";
export type {
  Catalogue,
  CatalogueNode,
  PlannedNode,
  PlannedOutput,
  StepOutline,
  StepSet,
  StepTable,
} from "./src/model/events/step_table.ts";
export { EVENT_KINDS } from "./src/model/events/event.ts";
export type { Connect, Connection, SqlValue, Statement } from "./src/stores/sqlite/file/driver.ts";
export type { SqliteStore } from "./src/stores/sqlite/store.ts";
