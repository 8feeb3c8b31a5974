/**
 * Dagster Pipes for TypeScript: report from a program in Bun, Deno or Node to the Dagster step that started it.
 *
 * The page `docs/pipes.md` shows both sides. This folder imports nothing else of Sluice.
 *
 * @module
 */
export type { MessageChannel } from "./channels/channel.ts";
export { type ChunkOptions, createChunkChannel, type UploadChunk } from "./channels/chunks.ts";
export type { StreamName } from "./channels/stdio.ts";
export { DagsterPipesError, type PipesErrorCode } from "./error.ts";
export type { LogMethod, PipesLogger } from "./logger.ts";
export type { Metadata, RawMetadata } from "./metadata/map.ts";
export type {
  Table,
  TableColumn,
  TableColumnConstraints,
  TableColumnDep,
  TableColumnLineage,
  TableRecord,
} from "./metadata/table.ts";
export { type Json, type MetadataType, MetadataValue } from "./metadata/value.ts";
export { openDagsterPipes, type PipesOptions } from "./open.ts";
export type { CheckReport, MaterializationReport, PipesContext } from "./pipes_context.ts";
export { runDagsterPipes } from "./run.ts";
export type { S3Options } from "./s3/client.ts";
export type { S3Credentials, S3CredentialSource } from "./s3/credentials.ts";
export { type AssetKeyLike, formatAssetKey, parseAssetKey } from "./wire/asset_key.ts";
export type { PipesSource } from "./wire/bootstrap.ts";
export type { DataProvenance, PartitionKeyRange, PartitionTimeWindow, StepContext } from "./wire/context.ts";
export { decodeParam, encodeParam, type PipesParams } from "./wire/params.ts";
