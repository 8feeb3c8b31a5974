import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset, definitions, skip, takeSnapshot } from "sluice";
import { exportAirflow, exportDagster, exportPrefect, requireCarried } from "sluice/adapters";

const source = defineAsset({ key: "source", skippable: true, run: () => Math.abs(1) > 2 ? 1 : skip("no") });
const other = defineAsset({ key: "other", run: () => 1 });
const alarm = defineAsset({
  key: "alarm",
  triggerRule: "one_failed",
  after: [source, other],
  run: () => "called",
});
const join = defineAsset({
  key: "join",
  triggerRule: "none_failed_min_one_success",
  deps: { source: { asset: source, optional: true }, other: { asset: other, optional: true } },
  run: ({ inputs }) => (inputs.source ?? 0) + (inputs.other ?? 0),
});
const snapshot = takeSnapshot(definitions({ assets: [source, other, alarm, join] }));
const options = { name: "rules", module: "rules.ts", command: ["sluice"], ticksFromMs: 0 };

describe("trigger rules", () => {
  test("stand in the snapshot, with the inputs that may be missing", () => {
    const steps = Object.fromEntries(snapshot.steps.map((step) => [step.name, step]));
    assert.deepEqual([steps.alarm.triggerRule, steps.join.triggerRule, steps.other.triggerRule], [
      "one_failed",
      "none_failed_min_one_success",
      undefined,
    ]);
    assert.deepEqual(steps.join.inputs.map(({ optional }) => optional), [true, true]);
    assert.deepEqual(steps.alarm.inputs.map(({ optional }) => optional), [undefined, undefined]);
  });

  test("are those of the tasks in Airflow", () => {
    const { files, report } = exportAirflow(snapshot, options);
    const text = files.map((file) => file.text).join("\n");
    assert.equal(text.match(/trigger_rule="one_failed"/g)?.length, 1);
    assert.equal(text.match(/trigger_rule="none_failed_min_one_success"/g)?.length, 1);
    requireCarried(report, false);
  });

  test("are decided by the flow in Prefect", () => {
    const { files, report } = exportPrefect(snapshot, options);
    const text = files.map((file) => file.text).join("\n");
    assert.equal(text.match(/trigger_rule="one_failed"/g)?.length, 1);
    assert.equal(text.match(/trigger_rule="none_failed_min_one_success"/g)?.length, 1);
    requireCarried(report, false);
  });

  test("are refused by Dagster, which knows none, and the step is named", () => {
    const { report } = exportDagster(snapshot, options);
    assert.throws(() => requireCarried(report, false), /EXPORT_REFUSED: step alarm: A trigger rule/);
  });
});
