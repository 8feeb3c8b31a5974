/** One asset, two made from it, and one made from both. */
import { defineAsset, definitions } from "sluice";

export const numbers = defineAsset({
  key: "raw/numbers",
  codeVersion: "1",
  run: () => [3, 1, 4, 1, 5, 9, 2, 6],
});

export const sum = defineAsset({
  key: "mart/sum",
  deps: { numbers },
  run: ({ inputs }) => inputs.numbers.reduce((total, each) => total + each, 0),
});

export const largest = defineAsset({
  key: "mart/largest",
  deps: { numbers },
  run: ({ inputs }) => Math.max(...inputs.numbers),
});

export const report = defineAsset({
  key: "report/summary",
  description: "Both figures in one line.",
  group: "report",
  tags: { tier: "gold" },
  owners: ["team:figures", "ann@example.org"],
  kinds: ["text"],
  deps: { sum, largest },
  io: "files",
  run: ({ inputs }) => `sum ${inputs.sum}, largest ${inputs.largest}`,
});

export default definitions({ assets: [numbers, sum, largest, report], module: import.meta.url });
