/** A step that skips, what is skipped with it, and what is not. */
import { defineAsset, definitions, skip } from "sluice";

export const source = defineAsset({ key: "source", run: () => ({ rows: 0 }) });

export const news = defineAsset({
  key: "news",
  deps: { source },
  skippable: true,
  run: ({ inputs }) => inputs.source.rows === 0 ? skip("no rows") : { rows: inputs.source.rows },
});

export const digest = defineAsset({ key: "digest", deps: { news }, run: ({ inputs }) => inputs.news });

export const size = defineAsset({ key: "size", deps: { source }, run: ({ inputs }) => inputs.source.rows });

export default definitions({ assets: [source, news, digest, size], module: import.meta.url });
