import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset, defineCheck, defineMultiAsset, definitions, SluiceError, takeSnapshot } from "sluice";

const run = () => 1;

function refusal(declare: () => unknown): string {
  try {
    declare();
  } catch (error) {
    assert.ok(error instanceof SluiceError);
    assert.equal(error.code, "DEFINITION_INVALID");
    return error.message;
  }
  return "";
}

describe("isolation", () => {
  test("is inline where nothing is said", () => {
    assert.equal(defineAsset({ key: "a", run })["~step"].isolation, undefined);
    assert.equal(defineAsset({ key: "a", isolation: "inline", run })["~step"].isolation, undefined);
  });

  test("is declared by assets, multi-assets and checks, and told by the snapshot", () => {
    const apart = defineAsset({ key: "apart", isolation: "process", memoryMb: 256, run });
    const pair = defineMultiAsset({
      name: "pair",
      isolation: "worker",
      outputs: { left: { key: "left" }, right: { key: "right" } },
      run: () => ({ left: 1, right: 2 }),
    });
    const check = defineCheck({ asset: apart, name: "whole", isolation: "worker", run: () => true });
    assert.deepEqual(apart["~step"].isolation, { tier: "process", memoryMb: 256 });
    const { steps } = takeSnapshot(definitions({ assets: [apart, pair], checks: [check] }));
    assert.deepEqual(steps.map(({ name, isolation, memoryMb }) => [name, isolation, memoryMb]), [
      ["apart", "process", 256],
      ["apart:whole", "worker", undefined],
      ["pair", "worker", undefined],
    ]);
  });

  test("of another name, and caps that are none or that nobody could keep, are refused", () => {
    const declare = (rules: object) => refusal(() => defineAsset({ key: "a", run, ...rules } as never));
    assert.match(declare({ isolation: "thread" }), /needs "inline", "worker" or "process" as isolation/);
    assert.match(declare({ isolation: "process", memoryMb: 0 }), /number of megabytes above 0/);
    assert.match(declare({ isolation: "process", memoryMb: "1" }), /number of megabytes above 0/);
    assert.match(declare({ memoryMb: 100 }), /only a process of its own/);
    assert.match(declare({ isolation: "worker", memoryMb: 100 }), /hint: Add isolation: "process"/);
  });
});
