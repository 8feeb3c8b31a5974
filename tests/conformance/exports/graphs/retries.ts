/** A step that fails twice and then succeeds. */
import { defineAsset, definitions } from "sluice";

export const flaky = defineAsset({
  key: "flaky",
  retry: { maxRetries: 3, delayMs: 50 },
  run: ({ attempt }) => {
    if (attempt < 3) throw new Error(`attempt ${attempt} fails`);
    return { attempt };
  },
});

export const after = defineAsset({
  key: "after",
  deps: { flaky },
  run: ({ inputs }) => `made from attempt ${inputs.flaky.attempt}`,
});

export default definitions({ assets: [flaky, after], module: import.meta.url });
