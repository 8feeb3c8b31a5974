/** Facts put together by hand: a little history in which every materialization is one line. */
import type { AssetFacts, Facts, PartitionFacts } from "../../src/model/events/facts.ts";
import type { PartitionSpace } from "../../src/model/partitions/space.ts";
import { type Subset, subsetOf } from "../../src/model/partitions/subset.ts";

/** A history that grows line by line. */
export class History implements Facts {
  seq = 0;
  readonly #made = new Map<string, Map<string, PartitionFacts>>();
  readonly #failed = new Map<string, Set<string>>();
  readonly #dynamic = new Map<string, readonly string[]>();

  /** Records that partitions were made, each reading its inputs just before. */
  make(
    asset: string,
    keys: readonly string[] = [""],
    options: { codeVersion?: string; atMs?: number; dataVersion?: string; runId?: string } = {},
  ): this {
    const made = this.#made.get(asset) ?? new Map();
    for (const key of keys) {
      const readSeq = ++this.seq;
      const seq = ++this.seq;
      const atMs = options.atMs ?? seq * 1_000;
      const before = made.get(key);
      const isKept = before !== undefined && before.dataVersion === options.dataVersion;
      made.set(key, {
        materializedSeq: seq,
        changedSeq: isKept ? before.changedSeq : seq,
        readSeq,
        materializedMs: atMs,
        changedMs: isKept ? before.changedMs : atMs,
        dataVersion: options.dataVersion ?? `v${seq}`,
        codeVersion: options.codeVersion,
        runId: "runId" in options ? options.runId : "run",
      });
    }
    this.#made.set(asset, made);
    return this;
  }

  fail(asset: string, keys: readonly string[] = [""]): this {
    this.#failed.set(asset, new Set(keys));
    return this;
  }

  wipe(asset: string): this {
    this.#made.delete(asset);
    this.#failed.delete(asset);
    return this;
  }

  forget(asset: string, keys: readonly string[]): this {
    for (const key of keys) this.#made.get(asset)?.delete(key);
    return this;
  }

  add(name: string, keys: readonly string[]): this {
    this.#dynamic.set(name, keys);
    return this;
  }

  dynamicKeys(name: string): readonly string[] {
    return this.#dynamic.get(name) ?? [];
  }

  asset(key: string, space: PartitionSpace): AssetFacts {
    const made = this.#made.get(key) ?? new Map<string, PartitionFacts>();
    const at = (index: number) => made.get(space.keyAt(index));
    const where = (test: (facts: PartitionFacts) => boolean): Subset =>
      subsetOf(
        [...made].flatMap(([name, facts]) => test(facts) ? [space.indexOf(name)] : []).filter((i) => i >= 0),
      );
    return {
      space,
      materialized: where(() => true),
      failed: subsetOf([...this.#failed.get(key) ?? []].map((name) => space.indexOf(name))),
      at,
      newest: [...made.values()].map(({ materializedSeq, materializedMs }) => ({
        seq: materializedSeq,
        atMs: materializedMs,
      })).sort((a, b) => b.seq - a.seq)[0],
      newestChange: Math.max(0, ...[...made.values()].map((facts) => facts.changedSeq)),
      oldestRead: Math.min(Infinity, ...[...made.values()].map((facts) => facts.readSeq)),
      changedSeqAt: (index) => at(index)?.changedSeq ?? 0,
      readSeqAt: (index) => at(index)?.readSeq ?? 0,
      changedAfter: (seq) => where((facts) => facts.changedSeq > seq),
      madeAfter: (seq) => where((facts) => facts.materializedSeq > seq),
      readBefore: (seq) => where((facts) => facts.readSeq < seq),
      madeByOther: (version) => where((facts) => facts.codeVersion !== version),
    };
  }
}
