/** Assets of the benchmark of workers; a worker finds the same. */
import { defineAsset, type Definitions, definitions as define, type IsolationTier } from "sluice";

const STEPS = 5_000;

const value = defineAsset({ key: "value", io: "memory", run: () => 1 });
const echo = defineAsset({
  key: "echo",
  isolation: "worker",
  io: "memory",
  deps: { value },
  run: ({ inputs }) => inputs.value,
});
const tick = defineAsset({ key: "tick", isolation: "worker", io: "memory", run: () => {} });

function steps(isolation: IsolationTier) {
  return Array.from(
    { length: STEPS },
    (_, nth) => defineAsset({ key: `steps/${nth}`, isolation, io: "memory", run: () => 1 }),
  );
}

/** Steps that wait for nothing, in a tier. */
export function fanIn(isolation: IsolationTier): Definitions {
  return define({ module: import.meta.url, assets: steps(isolation) });
}

export const definitions: Definitions = define({
  module: import.meta.url,
  assets: [value, echo, tick, ...steps("worker")],
});
