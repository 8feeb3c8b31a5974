/** Data versions worked out from the code version and from what was read. */
import process from "node:process";
import type { IOManager } from "../../io/manager.ts";

/** From this many partitions on the versions of an input are not looked at. */
const MOST_PARTITIONS = 100;

/** One input whose versions count: an asset without partitions, or the partitions of one that were read. */
export interface VersionedInput {
  readonly asset: string;
  readonly manager: IOManager;
  /** Undefined without partitions. */
  readonly partitions: readonly string[] | undefined;
}

/**
 * SHA-256 over the code version and the data versions of the inputs, as Dagster does it: in the order of the inputs'
 * keys, a partitioned input as the hash of its partitions' versions. Undefined when one of them is not known.
 */
export async function deriveVersion(
  codeVersion: string,
  inputs: readonly VersionedInput[],
): Promise<string | undefined> {
  // Loaded where it is used and without a wait: how long that takes would be for the runtime to say.
  const { createHash } = process.getBuiltinModule("node:crypto");
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const sorted = inputs.map((input) => ({ input, sortKey: sortKeyOf(input.asset) }))
    .sort((a, b) => a.sortKey < b.sortKey ? -1 : a.sortKey > b.sortKey ? 1 : 0);
  const parts = [codeVersion];
  for (const { input } of sorted) {
    const version = input.partitions
      ? await versionOfPartitions(input, input.partitions, sha256)
      : await versionOf(input, undefined);
    if (version === undefined) return undefined;
    parts.push(version);
  }
  return sha256(parts.join(""));
}

async function versionOfPartitions(
  input: VersionedInput,
  partitions: readonly string[],
  sha256: (text: string) => string,
): Promise<string | undefined> {
  if (partitions.length >= MOST_PARTITIONS) return undefined;
  const versions = await Promise.all(partitions.map((partition) => versionOf(input, partition)));
  return versions.includes(undefined) ? undefined : sha256(versions.join(""));
}

async function versionOf({ asset, manager }: VersionedInput, partition: string | undefined) {
  return (await manager.receipt({ asset, partition }))?.dataVersion;
}

/** The text by which Dagster sorts asset keys; it puts `a/b` before `a`. */
function sortKeyOf(key: string): string {
  return `AssetKey([${key.split("/").map((part) => `'${part}'`).join(", ")}])`;
}
