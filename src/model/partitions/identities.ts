/** The members of a stored set, one by one, without the space that they were taken from. */
import { parseCron } from "../time/cron.ts";
import { parseKeyFormat } from "../time/format.ts";
import { WindowKeys } from "../time/window_key.ts";
import { openZone } from "../time/zone.ts";
import { DIMENSION_SEPARATOR } from "./key_text.ts";
import { ProgressionReader } from "./sets/progression.ts";
import type { PartitionIdentity, StoredCells, StoredSubset, StoredWindows } from "./stored.ts";

/** Stored partitions in their order; reading them one after the other is cheap, any other order a search. */
export interface Identities {
  readonly count: number;
  /** What the partition at a position is known by. Throws a RangeError outside `0..count-1`. */
  at(position: number): PartitionIdentity;
  /** The key of the partition at a position. */
  keyAt(position: number): string;
}

/** Opens the members of a stored set. */
export function openIdentities(stored: StoredSubset): Identities {
  switch (stored.kind) {
    case "unit":
      return new NameList([""]);
    case "names":
      return new NameList(stored.names);
    case "time":
      return new WindowList(stored);
    case "multi":
      return new CellList(stored);
  }
}

/** The identities of a stored set in their order. */
export function* eachIdentity(stored: StoredSubset): IterableIterator<PartitionIdentity> {
  const identities = openIdentities(stored);
  for (let position = 0; position < identities.count; position++) yield identities.at(position);
}

/** Writes the keys of the windows of a stored set. */
export function openWindowKeys(
  { cron, timezone, format }: Pick<StoredWindows, "cron" | "timezone" | "format">,
): WindowKeys {
  return new WindowKeys(parseKeyFormat(format), openZone(timezone), parseCron(cron).everyHour, 0);
}

class NameList implements Identities {
  readonly count: number;
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
    this.count = names.length;
  }

  at(position: number): string {
    checkPosition(position, this.count);
    return this.#names[position];
  }

  keyAt(position: number): string {
    return this.at(position);
  }
}

class WindowList implements Identities {
  readonly count: number;
  readonly #stored: StoredWindows;
  readonly #starts: ProgressionReader;
  #keys: WindowKeys | undefined;

  constructor(stored: StoredWindows) {
    this.#stored = stored;
    this.#starts = new ProgressionReader(stored.starts);
    this.count = this.#starts.count;
  }

  at(position: number): number {
    return this.#starts.at(position);
  }

  keyAt(position: number): string {
    this.#keys ??= openWindowKeys(this.#stored);
    return this.#keys.keyOf(this.at(position));
  }
}

/** Outer coordinates that share one inner set. */
interface Block {
  readonly outer: Identities;
  readonly inner: Identities;
  /** Whether the inner set has dimensions of its own. */
  readonly isLast: boolean;
  /** How many cells come before it. */
  readonly before: number;
}

class CellList implements Identities {
  readonly count: number;
  readonly #blocks: readonly Block[];
  #current = 0;

  constructor({ runs }: StoredCells) {
    let before = 0;
    this.#blocks = runs.map((run) => {
      const outer = openIdentities(run.outer);
      const inner = openIdentities(run.inner);
      const block = { outer, inner, isLast: run.inner.kind === "unit", before };
      before += outer.count * inner.count;
      return block;
    });
    this.count = before;
  }

  at(position: number): PartitionIdentity {
    const { outer, inner, isLast, before } = this.#blockOf(position);
    const row = Math.floor((position - before) / inner.count);
    const first = outer.at(row) as number | string;
    return isLast ? [first] : [first, inner.at(position - before - row * inner.count)].flat();
  }

  keyAt(position: number): string {
    const { outer, inner, isLast, before } = this.#blockOf(position);
    const row = Math.floor((position - before) / inner.count);
    const first = outer.keyAt(row);
    return isLast ? first : first + DIMENSION_SEPARATOR + inner.keyAt(position - before - row * inner.count);
  }

  #blockOf(position: number): Block {
    checkPosition(position, this.count);
    const blocks = this.#blocks;
    let low = this.#current;
    let high = low + 1;
    if (blocks[low].before > position || blocks[high]?.before <= position) {
      low = 0;
      high = blocks.length;
    }
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (blocks[middle].before <= position) low = middle;
      else high = middle;
    }
    this.#current = low;
    return blocks[low];
  }
}

function checkPosition(position: number, count: number): void {
  if (position >= 0 && position < count && Number.isInteger(position)) return;
  throw new RangeError(`There is no partition at ${position}: positions are 0 to ${count - 1}.`);
}
