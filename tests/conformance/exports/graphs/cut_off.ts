/** A step that cuts off what is downstream of it, though nothing there reads its value, and one beside it. */
import { defineAsset, definitions, shortCircuit } from "sluice";

export const source = defineAsset({ key: "source", run: () => ({ rows: 0 }) });

export const gate = defineAsset({
  key: "gate",
  deps: { source },
  skippable: true,
  run: ({ inputs }) => inputs.source.rows === 0 ? shortCircuit("no rows") : "open",
});

export const below = defineAsset({ key: "below", after: [gate], run: () => "made all the same" });

export const last = defineAsset({ key: "last", after: [below, source], run: () => "made all the same" });

export const beside = defineAsset({
  key: "beside",
  deps: { source },
  run: ({ inputs }) => inputs.source.rows,
});

export default definitions({ assets: [source, gate, below, last, beside], module: import.meta.url });
