/** What jobs, schedules and sensors run, as a snapshot tells it. */
import type { Asset } from "../assets/declaration.ts";
import type { Definitions } from "../definitions.ts";
import type { Selection } from "../job.ts";
import type { Partitions } from "../partitions/definition.ts";
import { compareCodePoints } from "../partitions/key_text.ts";
import { formatSelection } from "../selection/format.ts";
import { parseSelection } from "../selection/parse.ts";
import { selectAssets } from "../selection/select.ts";

/** In the order of the code points of their names. */
export function sorted<T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] {
  return items.toSorted((a, b) => compareCodePoints(nameOf(a), nameOf(b)));
}

/** The keys of the assets that a selection has, sorted. */
export function selectedKeys(selection: Selection, definitions: Definitions): readonly string[] {
  const chosen = selectAssets(definitions, selection);
  const keys = definitions.assets.filter((_, rank) => chosen[rank] === 1).map(({ key }) => key);
  return sorted(keys, (key) => key);
}

/** The partitions of those among some assets that are made here and have any. */
export function partitionsOf(keys: readonly string[], definitions: Definitions): Partitions | undefined {
  const asset = keys.map((key) => definitions.asset(key)).find(({ partitions, "~step": { kind } }) =>
    partitions !== undefined && kind !== "external"
  );
  return asset?.partitions;
}

/** In their canonical form, so that white space makes no difference. */
export function selectionTexts(selection: Selection): readonly string[] {
  const items = Array.isArray(selection) ? selection : [selection];
  return items.map((item: string | Asset) =>
    typeof item === "string"
      ? formatSelection(parseSelection(item).root)
      : formatSelection({ kind: "key", pattern: item.key } as never)
  );
}
