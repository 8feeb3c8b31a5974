/** From what a user selects to a set of assets. */
import type { CompiledDefinitions } from "../compile.ts";
import { SluiceError } from "../issue.ts";
import type { Selection } from "../job.ts";
import { nameType } from "../quote.ts";
import type { RankSet } from "../reach.ts";
import { resolveSelection } from "./resolve.ts";

/** What a selection is resolved against. */
type Selectable = Pick<CompiledDefinitions, "assets" | "graph">;

/**
 * The assets that a selection means, by rank in the graph of assets. Without a selection: all of them.
 *
 * @throws {SluiceError} SELECTION_INVALID, SELECTION_EMPTY (also for an empty list); DEPENDENCY_UNLISTED for an asset value that the
 * definitions do not hold.
 */
export function selectAssets(definitions: Selectable, selection: Selection | undefined): RankSet {
  if (selection === undefined || selection === "*") return new Uint8Array(definitions.assets.length).fill(1);
  const chosen = new Uint8Array(definitions.assets.length);
  if (Array.isArray(selection) && selection.length === 0) throw emptyList();
  for (const item of Array.isArray(selection) ? selection : [selection]) {
    if (typeof item === "string") addSelected(definitions, item, chosen);
    else if (item?.kind !== "asset") throw noSelection(item);
    else chosen[rankOfAsset(definitions, item)] = 1;
  }
  return chosen;
}

function emptyList(): SluiceError {
  return new SluiceError({
    code: "SELECTION_EMPTY",
    message: "The list of what to select is empty.",
    path: ["select"],
    hint: 'Leave the selection out, or write "*", to select all assets.',
  });
}

function noSelection(item: unknown): SluiceError {
  return new SluiceError({
    code: "SELECTION_INVALID",
    message: `A selection is a text, an asset, or a list of these, not ${nameType(item)}.`,
    path: ["select"],
    hint: 'Write "raw/orders+", orders, or [orders, "group:mart"].',
  });
}

function addSelected(definitions: Selectable, text: string, chosen: Uint8Array): void {
  const { graph, assets } = definitions;
  const catalog = {
    graph,
    asset: (rank: number) => assets[rank],
    isExternal: (rank: number) => assets[rank]["~step"].kind === "external",
  };
  const selected = resolveSelection(text, catalog);
  for (let rank = 0; rank < selected.length; rank++) if (selected[rank]) chosen[rank] = 1;
}

function rankOfAsset(definitions: Selectable, asset: { readonly key: string }): number {
  const rank = definitions.graph.rankOf(asset.key);
  if (rank !== undefined && definitions.assets[rank] === asset) return rank;
  throw new SluiceError({
    code: "DEPENDENCY_UNLISTED",
    message: `The selected asset ${asset.key} is not one of these definitions.`,
    path: ["select"],
    hint: "Add it to the assets given to definitions().",
  });
}
