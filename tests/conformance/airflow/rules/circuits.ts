/** Graphs with a short circuit at the top and rules below it, drawn from a seed. */
import { type Asset, defineAsset, shortCircuit, skip, type TriggerRule } from "sluice";
import { Draw } from "../../exports/random.ts";

/** One node; `after` are places of earlier ones. */
export interface CircuitNode {
  readonly key: string;
  readonly kind: "ignore" | "respect" | "make" | "fail" | "skip";
  readonly rule: TriggerRule;
  readonly after: readonly number[];
}

/** Rules that wait for all: others may run before the short circuit is there, as chance has it. */
const RULES: readonly TriggerRule[] = [
  "all_success",
  "all_failed",
  "all_done",
  "all_done_min_one_success",
  "all_skipped",
  "none_failed",
  "none_failed_min_one_success",
  "none_skipped",
];

/** A graph of ten nodes: the short circuit, two that stand beside it, and seven below. */
export function drawCircuit(seed: number): readonly CircuitNode[] {
  const draw = new Draw(seed);
  const node = (index: number): CircuitNode => {
    const key = `g${seed}/n${index}`;
    if (index === 0) return { key, kind: draw.one(["ignore", "respect"]), rule: "all_success", after: [] };
    const kind = index < 3 ? draw.one(["make", "fail", "skip"] as const) : "make";
    const earlier = Array.from({ length: index }, (_, at) => at);
    const after = index < 3 ? [] : earlier.filter((at) => draw.chance(at === 0 ? 0.25 : 0.35));
    return { key, kind, rule: after.length === 0 ? "all_success" : draw.one(RULES), after };
  };
  return Array.from({ length: 10 }, (_, index) => node(index));
}

/** The same as assets. */
export function assetsOf(nodes: readonly CircuitNode[]): readonly Asset[] {
  const assets: Asset[] = [];
  for (const { key, kind, rule, after } of nodes) {
    const run = () => {
      if (kind === "fail") throw new Error("no");
      if (kind === "skip") return skip("no");
      return kind === "make" ? 1 : shortCircuit("no", { rules: kind });
    };
    assets.push(defineAsset({
      key,
      skippable: true,
      triggerRule: rule,
      after: after.map((at) => assets[at]),
      run,
    }));
  }
  return assets;
}
