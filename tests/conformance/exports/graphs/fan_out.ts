/** A step that fans out over a value known at run time, twice in a row and nested, and one that tries an element again. */
import { defineAsset, definitions, skip } from "sluice";

export const sizes = defineAsset({ key: "sizes", run: () => [3, 1, 2] });

export const nested = defineAsset({
  key: "nested",
  elements: true,
  deps: { sizes },
  run: async ({ inputs, each }) => {
    const rows = await each(
      inputs.sizes,
      { key: (size) => `of ${size}`, concurrency: 2 },
      (size, { each }) =>
        each(Array.from({ length: size }, (_, n) => n), (n, { path }) => `${path}: ${n * size}`),
    );
    return await each(rows, { name: "joined" }, (row) => row.join(", "));
  },
});

export const flaky = defineAsset({
  key: "flaky",
  elements: true,
  retry: { maxRetries: 2 },
  deps: { sizes },
  run: async ({ inputs, each }) => {
    const tries = await each(inputs.sizes, (size, { attempt }) => {
      if (size === 3) return skip("too many");
      if (attempt <= size) throw new Error(`attempt ${attempt} fails`);
      return attempt;
    });
    return tries.map((attempts) => attempts ?? 0);
  },
});

export default definitions({ assets: [sizes, nested, flaky], module: import.meta.url });
