import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset, defineCheck, defineJob, defineMultiAsset } from "sluice";
import { captureSite, type Site } from "../../../src/model/assets/site.ts";

const run = () => 1;

/** The place of the line that follows the call of this, in this file. */
function next(): RegExp {
  const line = Number(/site\.test\.ts:(\d+)/.exec(new Error().stack?.split("\n")[2] ?? "")?.[1]) + 1;
  return new RegExp(`^/.*/site\\.test\\.ts:${line}:\\d+$`);
}

function declare(): Site {
  const site = captureSite(declare);
  return site;
}

describe("a call site", () => {
  test("is the line of the call, for each way to declare something", () => {
    let here = next();
    const asset = defineAsset({ key: "a", run });
    assert.match(asset["~step"].site.text ?? "", here);
    here = next();
    const { b } = defineMultiAsset({ name: "m", outputs: { b: { key: "b" } }, run: () => ({ b: 1 }) });
    assert.match(b["~step"].site.text ?? "", here);
    here = next();
    const check = defineCheck({ asset, name: "c", run: () => true });
    assert.match(check["~step"].site.text ?? "", here);
    here = next();
    const job = defineJob({ name: "j", selection: "*" });
    assert.match(job.site.text ?? "", here);
  });

  test("is that of the caller also where the engine or a wrapper calls, and is named by its own file", () => {
    const [called] = ["a"].map((key) => defineAsset({ key, run }));
    assert.match(called["~step"].site.text ?? "", /\/site\.test\.ts:\d+:\d+$/);
    const wrap = { defineAsset: (key: string) => [defineAsset({ key, run })][0] };
    assert.match(wrap.defineAsset("b")["~step"].site.text ?? "", /\/site\.test\.ts:\d+:\d+$/);
  });

  test("is never ours, also where the engine drops the frame of the function that was asked for", () => {
    const dropped = function dropped(): void {};
    const here = next();
    const site = captureSite(dropped);
    assert.match(site.text ?? "", here);
    assert.match(declare().text ?? "", /\/site\.test\.ts:\d+:\d+$/);
  });

  test("leaves the length of the user's stacks as it was", () => {
    const errors = Error as { stackTraceLimit?: number };
    const before = errors.stackTraceLimit;
    errors.stackTraceLimit = 3;
    declare();
    assert.equal(errors.stackTraceLimit, 3);
    if (before !== undefined) errors.stackTraceLimit = before;
  });
});
