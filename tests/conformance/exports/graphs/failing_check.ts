/** A check that warns, one that fails without stopping anything, and one that stops what is downstream. */
import { defineAsset, defineCheck, definitions } from "sluice";

export const rows = defineAsset({
  key: "rows",
  run: () => [1, 2, 3],
  checks: {
    many: {
      severity: "warn",
      run: (value) => ({ passed: value.length > 10, metadata: { rows: value.length } }),
    },
    some: (value) => value.length > 0,
  },
});

export const sum = defineAsset({
  key: "sum",
  deps: { rows },
  run: ({ inputs }) => inputs.rows.reduce((total, each) => total + each, 0),
});

export const small = defineCheck({
  asset: sum,
  name: "small",
  description: "The sum is below 5.",
  blocking: true,
  run: ({ value }) => ({ passed: value < 5, metadata: { sum: value } }),
});

export const never = defineAsset({
  key: "never",
  deps: { sum },
  run: ({ inputs }) => inputs.sum,
});

export default definitions({ assets: [rows, sum, never], checks: [small], module: import.meta.url });
