/** Fields of assets that Dagster takes only in part: what it takes, and where the rest goes. */
import type { AssetSnapshot, JsonRecord } from "../../../src/model/snapshot/snapshot.ts";

/** Dagster takes addresses of which the last part has at most seven letters. */
const OWNER = /^(?:team:.+|[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,7})$/;

/** The owners that Dagster takes. */
export function carriedOwners({ owners }: AssetSnapshot): readonly string[] {
  return owners.filter((owner) => OWNER.test(owner));
}

/** The metadata, with the owners that Dagster does not take. */
export function carriedMetadata({ metadata, owners }: AssetSnapshot): JsonRecord {
  const others = owners.filter((owner) => !OWNER.test(owner));
  return others.length > 0 ? { ...metadata, "sluice/owners": others } : metadata;
}
