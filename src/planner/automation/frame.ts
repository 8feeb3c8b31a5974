/** The evaluation of one asset's condition: what it sees, what it remembers, and what it will remember. */
import type { Asset } from "../../model/assets/declaration.ts";
import { emptySubset, fullSubset, type Subset } from "../../model/partitions/subset.ts";
import { decodeSubset, encodeSubset, type StoredSubset } from "../../model/partitions/stored.ts";
import type { PartitionSpace } from "../../model/partitions/space.ts";
import type { AssetMemory, Kept } from "./memory.ts";
import type { Target } from "./outcome.ts";
import type { Term } from "./terms/term.ts";
import type { AutomationWorld } from "./world.ts";

/** What was remembered, and what was decided so far, of all assets. */
export interface Round {
  /** The moment. */
  readonly world: AutomationWorld;
  /** What is remembered of an asset from before this round. */
  past(asset: string): AssetMemory | undefined;
  /** What is requested in this round so far, by asset. */
  readonly requested: ReadonlyMap<string, Subset>;
}

/** One asset in one round. */
export class Frame {
  readonly round: Round;
  readonly root: Asset;
  readonly past: AssetMemory | undefined;
  /** What terms will remember. */
  readonly kept: { [term: string]: Kept } = Object.create(null);

  constructor(round: Round, root: Asset) {
    this.round = round;
    this.root = root;
    this.past = round.past(root.key);
  }

  get world(): AutomationWorld {
    return this.round.world;
  }

  asset(target: Target): Asset {
    return this.world.planning.definitions.asset(target.asset);
  }

  space(target: Target): PartitionSpace {
    return this.world.planning.space(this.asset(target).partitions);
  }

  /** All partitions of a target. */
  all(target: Target): Subset {
    return fullSubset(this.space(target).size);
  }

  /** What a term has remembered of a target. */
  recall(term: Term, target: Target): Kept | undefined {
    return this.past?.kept[this.#placeOf(term, target)];
  }

  /** The set that a term has remembered of a target; empty when it remembers nothing. */
  recallSet(term: Term, target: Target): Subset {
    const kept = this.recall(term, target);
    return kept === undefined || typeof kept === "string" ? emptySubset() : this.decode(kept, target);
  }

  keep(term: Term, target: Target, kept: Kept): void {
    this.kept[this.#placeOf(term, target)] = kept;
  }

  keepSet(term: Term, target: Target, set: Subset): void {
    if (set.size > 0) {
      this.keep(term, target, encodeSubset(this.asset(target).partitions, this.space(target), set));
    }
  }

  decode(stored: StoredSubset, target: Target): Subset {
    return decodeSubset(stored, this.space(target)).subset;
  }

  #placeOf({ id }: Term, { asset, check }: Target): string {
    if (check !== undefined) return `${id} ${asset}:${check}`;
    return asset === this.root.key ? id : `${id} ${asset}`;
  }
}
