/** What a mapping gives for a downstream set. */
import type { MappedUpstream } from "../mapping.ts";
import type { Subset } from "../subset.ts";

const NO_KEYS: readonly string[] = Object.freeze([]);

/** Everything asked for exists. */
export function completely(existing: Subset): MappedUpstream {
  return { existing, complete: true, missing: NO_KEYS };
}

/** Some keys asked for do not exist; they are listed when somebody reads them. */
export function incompletely(existing: Subset, listMissing: () => readonly string[]): MappedUpstream {
  return new IncompleteUpstream(existing, listMissing);
}

class IncompleteUpstream implements MappedUpstream {
  readonly existing: Subset;
  readonly complete = false;
  readonly #listMissing: () => readonly string[];
  #missing: readonly string[] | undefined;

  constructor(existing: Subset, listMissing: () => readonly string[]) {
    this.existing = existing;
    this.#listMissing = listMissing;
  }

  get missing(): readonly string[] {
    this.#missing ??= this.#listMissing();
    return this.#missing;
  }
}
