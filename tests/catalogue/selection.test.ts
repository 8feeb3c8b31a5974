import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createOrchestrator, defineAsset, definitions, type Selection, SluiceError } from "sluice";
import { untyped } from "./support.ts";

const run = () => 1;
const raw = defineAsset({ key: "raw", tags: { tier: "gold" }, run });
const clean = defineAsset({ key: "clean", after: [raw], run });
const side = defineAsset({ key: "side", run });
const mart = defineAsset({ key: "mart", after: [clean, side], tags: { tier: "gold" }, run });
const report = defineAsset({ key: "report", after: [mart], run });
const all = definitions({ assets: [raw, clean, side, mart, report] });

async function selected(select: Selection): Promise<readonly string[]> {
  await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory" });
  const plan = await sluice.plan({ select });
  return Array.from(plan.ranks, (rank) => plan.definitions.steps[rank].name).sort();
}

describe("T40 selections", () => {
  const cases: readonly (readonly [text: string, keys: readonly string[]])[] = [
    ["*", ["clean", "mart", "raw", "report", "side"]],
    ["clean", ["clean"]],
    ["+mart", ["clean", "mart", "raw", "side"]],
    ["clean+", ["clean", "mart", "report"]],
    ["+clean+", ["clean", "mart", "raw", "report"]],
    ["2+report", ["clean", "mart", "report", "side"]],
    ["raw+1", ["clean", "raw"]],
    ["@clean", ["clean", "mart", "raw", "report", "side"]],
    ["tag:tier=gold", ["mart", "raw"]],
    ["tag:tier", ["mart", "raw"]],
    ["not tag:tier=gold", ["clean", "report", "side"]],
    ["raw or side", ["raw", "side"]],
    ["raw+ and +mart", ["clean", "mart", "raw"]],
    ["roots(*)", ["raw", "side"]],
    ["sinks(*)", ["report"]],
    ["*r*", ["mart", "raw", "report"]],
  ];
  for (const [text, keys] of cases) {
    test(`${text} is ${keys.join(", ")}`, async () => assert.deepEqual(await selected(text), keys));
  }

  const wrong: readonly (readonly [select: unknown, message: RegExp])[] = [
    ["", /The selection is empty[^]*"\*" selects all/],
    ["(raw", /SELECTION_INVALID[^]*character \d+/],
    ["raw)", /SELECTION_INVALID[^]*character \d+/],
    ["raw and", /SELECTION_INVALID[^]*character \d+/],
    ["clean and side", /SELECTION_EMPTY/],
    [[], /SELECTION_EMPTY/],
    ["rwa", /Did you mean raw\?/],
    ["tag:tear", /SELECTION_INVALID[^]*tier/],
    [5, /not a number/],
    [null, /not null/],
    [[raw, undefined], /not undefined/],
    [defineAsset({ key: "raw", run }), /DEPENDENCY_UNLISTED/],
  ];
  for (const [index, [select, message]] of wrong.entries()) {
    test(`${typeof select === "string" ? JSON.stringify(select) : `misuse ${index}`} is refused`, async () => {
      await assert.rejects(selected(untyped(select)), (error) => {
        assert.ok(error instanceof SluiceError, `not typed: ${error}`);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
