import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createMetrics,
  createOrchestrator,
  defineAsset,
  defineJob,
  definitions,
  type SluiceEvent,
} from "sluice";
import { Histogram } from "../../../src/monitor/metrics/histogram.ts";
import { NumberFamily } from "../../../src/monitor/metrics/family.ts";

/** The values of a text by their names and labels. */
function valuesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((
      line,
    ) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
}

describe("metrics", () => {
  test("agree with what is recorded", async () => {
    let tries = 0;
    const good = defineAsset({
      key: "good",
      retry: { maxRetries: 2 },
      run: () => {
        if (tries++ < 2) throw new Error("not yet");
        return 1;
      },
    });
    const bad = defineAsset({
      key: "bad",
      run: () => {
        throw new Error("never");
      },
    });
    const below = defineAsset({ key: "below", deps: { bad }, run: () => 1 });
    const nightly = defineJob({ name: "nightly", selection: [good] });
    await using sluice = createOrchestrator(definitions({ assets: [good, bad, below], jobs: [nightly] }), {
      store: "memory",
      defaultIO: "memory",
    });
    using metrics = createMetrics(sluice);
    await sluice.materialize("*");
    await sluice.runJob("nightly");
    const values = valuesOf(metrics.text());
    const expected = new Map([
      ['sluice_runs_total{job="",status="failed"}', 1],
      ['sluice_runs_total{job="nightly",status="success"}', 1],
      ["sluice_runs_active", 0],
      ['sluice_steps_total{job="",status="success"}', 1],
      ['sluice_steps_total{job="",status="failed"}', 1],
      ['sluice_steps_total{job="",status="upstream_failed"}', 1],
      ['sluice_steps_total{job="nightly",status="success"}', 1],
      ['sluice_step_retries_total{job=""}', 2],
      ['sluice_attempt_duration_seconds_count{job=""}', 4],
      ['sluice_attempt_duration_seconds_bucket{job="",le="+Inf"}', 4],
      ['sluice_run_duration_seconds_count{job="nightly",status="success"}', 1],
    ]);
    for (const [name, value] of expected) assert.equal(values.get(name), value, name);
  });

  test("count runs under way, and forget those that are left", () => {
    let tell: (events: Iterable<SluiceEvent>) => void = () => {};
    using metrics = createMetrics({
      subscribe: (listener) => {
        tell = listener;
        return () => {};
      },
    });
    const say = (type: string, runId: string, atMs: number, payload?: unknown) =>
      tell([{ type, runId, atMs, payload, seq: 1, step: 0, attempt: 1 } as SluiceEvent]);
    const active = () => valuesOf(metrics.text()).get("sluice_runs_active");
    const queued = () => valuesOf(metrics.text()).get("sluice_runs_queued");
    say("run_created", "a", 0, { tags: {}, config: {} });
    assert.deepEqual([active(), queued()], [0, 1]);
    say("run_started", "a", 1_000);
    say("run_started", "b", 2_000);
    assert.deepEqual([active(), queued()], [2, 0]);
    say("step_undoing", "a", 2_500);
    say("step_undone", "a", 2_600, { reason: "it failed" });
    say("step_undo_failed", "a", 2_700, { error: { name: "E", message: "no" } });
    for (const status of ["success", "failed"]) {
      assert.equal(valuesOf(metrics.text()).get(`sluice_steps_undone_total{job="",status="${status}"}`), 1);
    }
    say("run_interrupted", "b", 3_000, { reason: "gone" });
    assert.equal(active(), 1);
    say("run_finished", "a", 3_500, { status: "success" });
    assert.equal(active(), 0);
    const values = valuesOf(metrics.text());
    assert.equal(values.get('sluice_run_duration_seconds_sum{job="",status="success"}'), 2.5);
    assert.equal(values.get('sluice_run_duration_seconds_bucket{job="",status="success",le="1"}'), 0);
    assert.equal(values.get('sluice_run_duration_seconds_bucket{job="",status="success",le="5"}'), 1);
    say("breaker_opened", "", 4_000, { kind: "pool", name: "api" });
    say("breaker_half_open", "", 5_000, { kind: "pool", name: "api" });
    assert.equal(valuesOf(metrics.text()).get('sluice_breaker_state{kind="pool",name="api"}'), 1);
  });

  test("hear no more when they are closed", async () => {
    const one = defineAsset({ key: "one", run: () => 1 });
    await using sluice = createOrchestrator(definitions({ assets: [one] }), {
      store: "memory",
      defaultIO: "memory",
    });
    const metrics = createMetrics(sluice);
    await sluice.materialize("*");
    metrics.close();
    await sluice.materialize("*");
    assert.equal(valuesOf(metrics.text()).get('sluice_runs_total{job="",status="success"}'), 1);
  });
});

describe("a histogram", () => {
  test("counts what lies at or below each bound", () => {
    const values = [0, 1, 1.5, 2, 2.0001, 10, 1_000];
    const histogram = new Histogram([1, 2, 10]);
    for (const value of values) histogram.observe(value);
    for (const [place, bound] of histogram.bounds.entries()) {
      assert.equal(histogram.countAt(place), values.filter((value) => value <= bound).length);
    }
    assert.deepEqual([histogram.count, histogram.sum], [values.length, values.reduce((a, b) => a + b)]);
  });
});

describe("a family", () => {
  test("escapes what users wrote", () => {
    const family = new NumberFamily("gauge", "n", "a\nb\\c", ["name"]);
    family.set(['say "\\"\n'], 2);
    assert.deepEqual([...family.lines()], [
      "# HELP n a\\nb\\\\c",
      "# TYPE n gauge",
      'n{name="say \\"\\\\\\"\\n"} 2',
    ]);
  });
});
