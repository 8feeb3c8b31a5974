/** The steps of a snapshot in the order in which they can run, and which of them make given assets. */
import type {
  AssetSnapshot,
  CheckSnapshot,
  Snapshot,
  StepSnapshot,
} from "../../src/model/snapshot/snapshot.ts";

/** What an exporter asks of a snapshot again and again. */
export interface StepGraph {
  readonly snapshot: Snapshot;
  /** The assets by key. */
  readonly assets: ReadonlyMap<string, AssetSnapshot>;
  /** Steps with a body, upstream first. */
  readonly ordered: readonly StepSnapshot[];
  /** The place of each in `ordered`. */
  readonly rankOf: ReadonlyMap<string, number>;
  /** The step that makes an asset. */
  readonly makerOf: ReadonlyMap<string, StepSnapshot>;
  /** Checks that stop what is downstream, as steps of their own, by asset. */
  readonly guardsOf: ReadonlyMap<string, readonly StepSnapshot[]>;
}

/** Orders the steps. */
export function readGraph(snapshot: Snapshot): StepGraph {
  const makerOf = new Map(
    snapshot.steps.flatMap((step) => step.outputs.map(({ key }) => [key, step] as const)),
  );
  const ordered = order(snapshot.steps.filter(({ kind }) => kind !== "external"), makerOf);
  const guardsOf = new Map<string, StepSnapshot[]>();
  for (const step of ordered) {
    if (!step.check || !stops(step.check)) continue;
    guardsOf.set(step.check.asset, [...guardsOf.get(step.check.asset) ?? [], step]);
  }
  return {
    snapshot,
    assets: new Map(snapshot.assets.map((asset) => [asset.key, asset])),
    ordered,
    rankOf: new Map(ordered.map(({ name }, rank) => [name, rank])),
    makerOf,
    guardsOf,
  };
}

function stops({ blocking, severity }: CheckSnapshot): boolean {
  return blocking && severity === "error";
}

/** Upstream first; checks as early as they can be, since steps downstream may wait for them. */
function order(
  steps: readonly StepSnapshot[],
  makerOf: ReadonlyMap<string, StepSnapshot>,
): readonly StepSnapshot[] {
  const readers = new Map<string, StepSnapshot[]>();
  const missing = new Map<string, number>();
  const own = new Set(steps);
  for (const step of steps) {
    const upstream = new Set(
      step.inputs.map(({ key }) => makerOf.get(key)).filter((maker) => maker !== undefined),
    );
    upstream.delete(step);
    const made = [...upstream].filter((maker) => own.has(maker));
    missing.set(step.name, made.length);
    for (const maker of made) {
      const known = readers.get(maker.name);
      if (known) known.push(step);
      else readers.set(maker.name, [step]);
    }
  }
  const ordered: StepSnapshot[] = [];
  const checks = steps.filter(({ name, kind }) => kind === "check" && missing.get(name) === 0);
  const others = steps.filter(({ name, kind }) => kind !== "check" && missing.get(name) === 0);
  let at = 0;
  while (checks.length > 0 || at < others.length) {
    const step = checks.shift() ?? others[at++];
    ordered.push(step);
    for (const reader of readers.get(step.name) ?? []) {
      const left = (missing.get(reader.name) as number) - 1;
      missing.set(reader.name, left);
      if (left === 0) (reader.kind === "check" ? checks : others).push(reader);
    }
  }
  return ordered;
}

/** What runs when some assets are asked for. */
export interface ChosenSteps {
  /** Names of steps, upstream first. */
  readonly names: readonly string[];
  /** The outputs of steps of which not all are asked for. */
  readonly outputs: ReadonlyMap<string, readonly string[]>;
}

/** The steps that make some assets, and the checks on them. */
export function stepsFor(assets: readonly string[], graph: StepGraph): ChosenSteps {
  const wanted = new Set(assets);
  const chosen = graph.ordered.filter(({ outputs, check }) =>
    check ? wanted.has(check.asset) : outputs.some(({ key }) => wanted.has(key))
  );
  const outputs = chosen.flatMap(({ name, subsettable, outputs }) => {
    const asked = outputs.map(({ key }) => key).filter((key) => wanted.has(key));
    return subsettable && asked.length < outputs.length ? [[name, asked] as const] : [];
  });
  return { names: chosen.map(({ name }) => name), outputs: new Map(outputs) };
}
