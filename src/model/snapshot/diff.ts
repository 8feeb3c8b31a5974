/** What differs between two snapshots. */
import { requireKind } from "../validate/options.ts";
import type { Json, Snapshot } from "./snapshot.ts";
import type { Partitions } from "../partitions/definition.ts";

/** One difference. */
export interface SnapshotChange {
  /** What happened. */
  readonly kind: "added" | "removed" | "changed";
  /** Where: `["assets", "raw/orders", "tags", "team"]`. */
  readonly path: readonly string[];
  /** What was there; left out when it was added. */
  readonly before?: Json;
  /** What is there now; left out when it was removed. */
  readonly after?: Json;
}

/** The lists of a snapshot whose items have a name. */
const NAMED = { assets: "key", steps: "name", jobs: "name", schedules: "name", sensors: "name" } as const;

/**
 * What differs between two snapshots, list by list, name by name, field by field. Items are matched by key or name,
 * and partition definitions by where they are used, never by their place in a list.
 *
 * @example
 * ```ts
 * import { defineAsset, definitions, diffSnapshots, takeSnapshot } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const snapshotOf = (codeVersion: string) =>
 *   takeSnapshot(definitions({ assets: [defineAsset({ key: "orders", codeVersion, run: () => [] })] }));
 *
 * assert.deepEqual(diffSnapshots(snapshotOf("1"), snapshotOf("1")), []);
 * assert.deepEqual(diffSnapshots(snapshotOf("1"), snapshotOf("2")), [
 *   { kind: "changed", path: ["assets", "orders", "codeVersion"], before: "1", after: "2" },
 * ]);
 * ```
 */
export function diffSnapshots(before: Snapshot, after: Snapshot): readonly SnapshotChange[] {
  for (const snapshot of [before, after]) {
    requireKind(
      snapshot,
      "sluice-snapshot",
      "diffSnapshots() takes what takeSnapshot() and parseSnapshot() give",
    );
  }
  const changes: SnapshotChange[] = [];
  for (const [list, name] of Object.entries(NAMED) as [keyof typeof NAMED, string][]) {
    const old = byName(before, list, name);
    const now = byName(after, list, name);
    for (const key of unionOf(old, now)) compare(old.get(key), now.get(key), [list, key], changes);
  }
  return changes;
}

function byName(snapshot: Snapshot, list: keyof typeof NAMED, name: string): ReadonlyMap<string, Json> {
  const items = (snapshot[list] ?? []) as unknown as readonly { readonly [field: string]: Json }[];
  return new Map(items.map((item) => [item[name] as string, withPartitions(item, snapshot.partitions)]));
}

/** The item with its partition definition in the place of the definition's number. */
function withPartitions(item: { readonly [field: string]: Json }, table: readonly Partitions[]): Json {
  const { partitions } = item;
  return typeof partitions === "number"
    ? { ...item, partitions: table[partitions] as unknown as Json }
    : item;
}

function compare(
  before: Json | undefined,
  after: Json | undefined,
  path: readonly string[],
  changes: SnapshotChange[],
): void {
  if (before === undefined && after !== undefined) changes.push({ kind: "added", path, after });
  else if (before !== undefined && after === undefined) changes.push({ kind: "removed", path, before });
  else if (isRecord(before) && isRecord(after)) {
    const old = new Map(Object.entries(before));
    const now = new Map(Object.entries(after));
    for (const key of unionOf(old, now)) compare(old.get(key), now.get(key), [...path, key], changes);
  } else if (
    before !== undefined && after !== undefined && JSON.stringify(before) !== JSON.stringify(after)
  ) {
    changes.push({ kind: "changed", path, before, after });
  }
}

function unionOf(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): readonly string[] {
  return [...new Set([...a.keys(), ...b.keys()])].sort();
}

function isRecord(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
