/** The text of metrics, read by the library of Prometheus, which comes with Prefect. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createMetrics, createOrchestrator, defineAsset, defineJob, definitions } from "sluice";
import { NumberFamily } from "../../src/monitor/metrics/family.ts";
import { askPython, findPython } from "./python.ts";

const python = findPython("SLUICE_PREFECT_PYTHON", "metrics: the text form of Prometheus");

interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly {
    readonly name: string;
    readonly labels: { readonly [name: string]: string };
    readonly value: number;
  }[];
}

function parse(text: string): readonly Family[] {
  return askPython<readonly Family[]>(python as string, new URL("metrics/parse.py", import.meta.url), {
    text,
  });
}

describe("the text of metrics", () => {
  (python ? test : test.skip)("is what Prometheus reads", async () => {
    const orders = defineAsset({ key: "orders", run: () => 1 });
    const job = defineJob({ name: "nightly", selection: [orders] });
    await using sluice = createOrchestrator(definitions({ assets: [orders], jobs: [job] }), {
      store: "memory",
      defaultIO: "memory",
    });
    using metrics = createMetrics(sluice);
    await sluice.runJob("nightly");
    const families = parse(metrics.text());
    assert.deepEqual(
      families.map(({ name, type }) => `${name} ${type}`).sort(),
      [
        "sluice_attempt_duration_seconds histogram",
        "sluice_breaker_state gauge",
        "sluice_checks counter",
        "sluice_elements counter",
        "sluice_run_duration_seconds histogram",
        "sluice_runs counter",
        "sluice_runs_active gauge",
        "sluice_runs_queued gauge",
        "sluice_step_retries counter",
        "sluice_steps counter",
        "sluice_steps_undone counter",
      ],
    );
    const steps = families.find(({ name }) => name === "sluice_steps");
    assert.deepEqual(steps?.samples, [
      { name: "sluice_steps_total", labels: { job: "nightly", status: "success" }, value: 1 },
    ]);
  });

  (python ? test : test.skip)("keeps any label as it is", () => {
    const family = new NumberFamily("gauge", "n", "says \\ and\nmore", ["name"]);
    const names = ["", 'a"b', "back\\slash", "new\nline", '{x="y"} 5', "\\n", "\u2028 \u{1f600}"];
    for (const [place, name] of names.entries()) family.set([name], place);
    const [{ help, samples }] = parse(`${[...family.lines()].join("\n")}\n`);
    assert.equal(help, "says \\ and\nmore");
    assert.deepEqual(samples.map(({ labels }) => labels.name), names);
  });
});
