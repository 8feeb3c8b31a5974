/** What is recorded besides runs: values made elsewhere, values wiped, keys added and removed. */
import type { Asset } from "../model/assets/declaration.ts";
import { EVENT_KINDS, type EventPayloads } from "../model/events/event.ts";
import { SluiceError } from "../model/issue.ts";
import { quote } from "../model/quote.ts";
import { didYouMean } from "../model/suggest.ts";
import { identityAt } from "../model/partitions/identity.ts";
import { checkDimensionText, checkDistinctKeys, checkKeyText } from "../model/partitions/key_text.ts";
import { requireIndex } from "../model/partitions/space.ts";
import { encodeSubset } from "../model/partitions/stored.ts";
import type { Subset } from "../model/partitions/subset.ts";
import { checkRequest } from "../planner/check_request.ts";
import { requestedSubset } from "../planner/partitions.ts";
import type { PartitionRequest } from "../planner/request.ts";
import type { MaterializationReport } from "./contract.ts";
import { requireArgument, TEXT } from "./arguments.ts";
import type { Parts } from "./parts.ts";
import { copyJson } from "../runtime/step/json.ts";
import { openContext } from "./planning.ts";

/** Records events of the catalogue and waits for their commit. */
async function record<
  Name extends "asset_reported" | "asset_wiped" | "partitions_added" | "partitions_removed",
>(
  parts: Parts,
  name: Name,
  payloads: readonly EventPayloads[Name][],
): Promise<void> {
  const tape = parts.engine.recorder.open("");
  for (const payload of payloads) tape.push(EVENT_KINDS[name], -1, 0, payload);
  await tape.flush();
}

/** Records values that were made elsewhere. */
export async function reportAsset(
  parts: Parts,
  asset: Asset,
  reports: readonly MaterializationReport[],
): Promise<void> {
  const context = await openContext(parts);
  const space = context.space(asset.partitions);
  const payloads = reports.map(({ partition, dataVersion, metadata }) => {
    requirePartition("report", asset, partition);
    const facts = {
      ...(dataVersion !== undefined && { dataVersion }),
      ...(metadata && { metadata: copyJson(metadata) }),
    };
    if (partition === undefined || space.kind === "unit") return { asset: asset.key, ...facts };
    const identity = identityAt(space, requireIndex(space, partition));
    return { asset: asset.key, partition: { key: partition, identity }, ...facts };
  });
  await record(parts, "asset_reported", payloads);
}

/** Refuses a partition of an asset that has none, and none of an asset that has some. */
export function requirePartition(verb: string, asset: Asset, partition: unknown): void {
  if (partition !== undefined) requireArgument(verb, "partition", partition, TEXT);
  if ((partition === undefined) === (asset.partitions === undefined)) return;
  throw new SluiceError({
    code: "PARTITION_UNKNOWN",
    message: asset.partitions
      ? `${asset.key} is partitioned, and ${verb}() does not say which partition is meant.`
      : `${asset.key} has no partitions, and ${verb}() names one.`,
    path: ["partition"],
    hint: asset.partitions ? "Give the partition's key." : "Leave the partition out.",
  });
}

/** Refuses a partition that does not exist now, where that is why there is no value. Throws PARTITION_UNKNOWN. */
export async function requireKnown(parts: Parts, asset: Asset, partition: string): Promise<void> {
  const context = await openContext(parts);
  requestedSubset(context.space(asset.partitions), [partition], asset.key);
}

/**
 * Forgets materializations and removes the values. The record goes first: a value that is left over after a crash is
 * written again, a record without a value would be believed.
 */
export async function wipeAsset(parts: Parts, asset: Asset, request: PartitionRequest): Promise<number> {
  const context = await openContext(parts);
  const { space, materialized } = context.factsOf(asset.key);
  checkRequest({ partitions: request });
  if (!asset.partitions && request !== "all") throw notPartitioned(asset);
  const wanted = requestedSubset(space, request, asset.key);
  const wiped = wanted.intersect(materialized);
  if (wiped.size === 0) return 0;
  const partitions = encodeSubset(asset.partitions, space, wiped);
  await record(parts, "asset_wiped", [{ asset: asset.key, partitions }]);
  await removeValues(parts, asset, wiped, (index) => asset.partitions && space.keyAt(index));
  return wiped.size;
}

function notPartitioned({ key }: Asset): SluiceError {
  return new SluiceError({
    code: "PARTITION_UNKNOWN",
    message: `${key} has no partitions, and the request names some.`,
    path: ["partitions"],
    hint: "Leave the partitions out.",
  });
}

async function removeValues(
  parts: Parts,
  asset: Asset,
  wiped: Subset,
  keyAt: (index: number) => string | undefined,
): Promise<void> {
  if (asset["~step"].kind === "external") return;
  const manager = parts.findManager(asset);
  for (const index of wiped.indices()) await manager.remove({ asset: asset.key, partition: keyAt(index) });
}

/** Adds or removes the keys of a dynamic definition. */
export async function changeKeys(
  parts: Parts,
  name: string,
  keys: readonly string[],
  change: "partitions_added" | "partitions_removed",
): Promise<void> {
  requireDynamic(parts, name);
  const listed = (await parts.store.facts()).dynamicKeys(name);
  const known = new Set(listed);
  const changed = [...new Set(keys)].filter((key) => known.has(key) === (change === "partitions_removed"));
  if (changed.length === 0) return;
  if (change === "partitions_added") {
    checkNewKeys(parts, name, listed, changed);
    checkNoSecrets(parts, name, changed);
  }
  await record(parts, change, [{ name, keys: changed }]);
}

/** Holds new keys to the rules of static ones. */
function checkNewKeys(
  { definitions }: Parts,
  name: string,
  listed: readonly string[],
  added: readonly string[],
): void {
  const isDimension = definitions.assets.some(({ partitions }) =>
    partitions?.kind === "multi" &&
    Object.values(partitions.dimensions).some((leaf) => leaf.kind === "dynamic" && leaf.name === name)
  );
  for (const [place, key] of added.entries()) {
    checkKeyText(key, ["keys", String(place)]);
    if (isDimension) checkDimensionText(key, ["keys", String(place)]);
  }
  checkDistinctKeys(added, ["keys"], listed);
}

/** Keys are recorded as they are and named everywhere, so that one with a secret in it is refused and not masked. */
function checkNoSecrets({ engine: { mask } }: Parts, name: string, added: readonly string[]): void {
  const place = added.findIndex((key) => mask.apply(key) !== key);
  if (place < 0) return;
  throw new SluiceError({
    code: "PARTITIONS_INVALID",
    message: `The key ${mask.apply(added[place])} for the partitions ${
      quote(name)
    } has the value of a secret in it (asterisks stand for that).`,
    path: ["keys", String(place)],
    hint: "Keys are recorded and shown. Name the partition by something else.",
  });
}

function requireDynamic(parts: Parts, name: string): void {
  const known = dynamicNames(parts);
  if (known.has(name)) return;
  throw new SluiceError({
    code: "PARTITIONS_INVALID",
    message: `No asset has dynamic partitions of the name ${quote(name)}.`,
    path: ["partitions", name],
    hint: didYouMean(name, known) ?? 'Declare an asset with partitions: dynamicPartitions("name").',
  });
}

function dynamicNames({ definitions }: Parts): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { partitions } of definitions.assets) {
    const leaves = partitions?.kind === "multi" ? Object.values(partitions.dimensions) : [partitions];
    for (const leaf of leaves) if (leaf?.kind === "dynamic") names.add(leaf.name);
  }
  return names;
}
