/** Trigger rules and short circuits in an exported flow: the table that local runs are held to, decided by the real Prefect. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Asset, createOrchestrator, defineAsset, definitions, takeSnapshot } from "sluice";
import { exportPrefect } from "../../../adapters/prefect/export.ts";
import { TRIGGER_RULES, type TriggerRule } from "../../../src/model/assets/trigger_rule.ts";
import { ENDS, VERDICTS } from "../../support/trigger_vectors.ts";
import { writeFiles } from "../../support/files.ts";
import { assetsOf, drawCircuit } from "../airflow/rules/circuits.ts";
import { atScale, findPython } from "../python.ts";
import { askPrefect } from "./prefect.ts";

const python = findPython("SLUICE_PREFECT_PYTHON", "Trigger rules in Prefect");
const check = python ? test : test.skip;

/** Runs all assets of a project in Prefect; `kinds` says how the steps end. Gives the name of the state of each task run. */
function statesThere(
  assets: readonly Asset[],
  kinds: { readonly [step: string]: string },
): { readonly [task: string]: string } {
  const folder = mkdtempSync(join(tmpdir(), "sluice-rules-"));
  try {
    const script = fileURLToPath(new URL("./ruled.sh", import.meta.url));
    const options = { name: "shop", command: ["sh", script], ticksFromMs: 0 };
    writeFiles(folder, exportPrefect(takeSnapshot(definitions({ assets })), options).files);
    const file = join(folder, "kinds");
    writeFileSync(file, Object.entries(kinds).map(([step, kind]) => `${step} ${kind}\n`).join(""));
    const runs = [{ flow: "shop.all", parameters: {} }];
    const { cases: [[{ tasks }]] } = askPrefect<{
      readonly cases: readonly (readonly { readonly tasks: readonly { name: string; state: string }[] }[])[];
    }>(python as string, new URL("run.py", import.meta.url), {
      cases: [{ folder, env: { SLUICE_KINDS: file }, runs }],
    });
    return Object.fromEntries(tasks.map(({ name, state }) => [name, state]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A step for each end. */
function sources(side: string): readonly Asset[] {
  const [success, failed, skipped] = ["success", "failed", "skipped"].map((end) =>
    defineAsset({ key: `${side}/${end}`, skippable: true, run: () => 1 })
  );
  const below = defineAsset({ key: `${side}/upstream_failed`, after: [failed], run: () => 1 });
  return [success, failed, below, skipped];
}

function keyOf(rule: TriggerRule, place: number): string {
  return `below/${rule}/${ENDS[place >> 2]}/${ENDS[place & 3]}`;
}

const LETTERS: { readonly [letter: string]: string } = { R: "Completed", S: "Skipped", F: "NotReady" };
const ENDED: { readonly [status: string]: string } = {
  success: "Completed",
  failed: "Failed",
  skipped: "Skipped",
  upstream_failed: "NotReady",
};

describe("an exported flow", () => {
  check("decides by every rule for every pair of ends as a local run", () => {
    const [left, right] = [sources("left"), sources("right")];
    const vectors = TRIGGER_RULES.flatMap((rule, nth) =>
      [...VERDICTS[rule].replaceAll(" ", "")].map((letter, place) => ({ rule, nth, letter, place }))
    ).filter(({ nth, place }) => (nth + place) % atScale(4, 1) === 0);
    const below = vectors.map(({ rule, place }) =>
      defineAsset({
        key: keyOf(rule, place),
        triggerRule: rule,
        after: [left[place >> 2], right[place & 3]],
        run: () => 1,
      })
    );
    const kinds = Object.fromEntries(
      ["left", "right"].flatMap((side) => [[`${side}/failed`, "fail"], [`${side}/skipped`, "skip"]]),
    );
    const states = statesThere([...left, ...right, ...below], kinds);
    for (const { rule, place, letter } of vectors) {
      assert.equal(states[keyOf(rule, place)], LETTERS[letter], keyOf(rule, place));
    }
  });

  check("cuts off by short circuits what a local run cuts off", async () => {
    const graphs = Array.from({ length: atScale(4, 12) }, (_, seed) => drawCircuit(seed));
    const assets = graphs.flatMap((nodes) => assetsOf(nodes));
    const kinds = Object.fromEntries(graphs.flat().map(({ key, kind }) => [key, kind]));
    const states = statesThere(assets, kinds);
    await using sluice = createOrchestrator(definitions({ assets }), {
      store: "memory",
      defaultIO: "memory",
    });
    const { id } = await sluice.materialize("*");
    for (const { name, status, circuit } of await sluice.steps(id)) {
      const circuits = { all: "ShortCircuit", direct: "DirectShortCircuit" };
      assert.equal(states[name], circuit ? circuits[circuit] : ENDED[status], name);
    }
  });
});
