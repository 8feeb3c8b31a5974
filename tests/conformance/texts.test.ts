/** Hostile texts through Python's own eyes: literals read back as they were, and exports hold them as data. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { defineAsset, defineJob, definitions, staticPartitions, takeSnapshot } from "sluice";
import { loadTarget, TARGETS, textLiteral } from "sluice/adapters";
import { askPython, atScale, findPython } from "./python.ts";

const python = findPython("SLUICE_DAGSTER_PYTHON", "hostile texts");

const HOSTILE = [
  "",
  "'''",
  '"""',
  "ends in \\",
  "\\N{BULLET} \\x41 \\u0041",
  "%s %(x)s {x} {0.__class__}",
  "{{ var.value.secret }} {% raw %}",
  "a\r\n\t\f\v\0b",
  "\u2028\u2029\u202e\ufeff\u00a0",
  "\u{1f600}\u{10ffff}",
  "# -*- coding: utf-7 -*- +AAo-import os",
  '"); import os; os.abort() #',
  "run.sh",
  "\ud7ff\ue000",
];

/** Texts of every kind of character, the same for the same seed. */
const fuzzed = fc.sample(fc.string({ unit: "binary", maxLength: 40 }), { seed: 4, numRuns: 2_000 });

interface Answer {
  readonly values: readonly (readonly number[])[];
  readonly constants: readonly (readonly (readonly number[])[])[];
}

const fromPoints = (points: readonly number[]) => points.map((point) => String.fromCodePoint(point)).join("");

/** Some targets break braces and dangerous endings with a character that nobody sees. */
const seen = (text: string) => text.replaceAll("\u200b", "");

(python ? describe : describe.skip)("hostile texts", () => {
  const texts = [...HOSTILE, ...fuzzed.slice(0, atScale(300, 2_000))].filter((text) => text.trim() !== "");
  const assets = texts.map((description, index) =>
    defineAsset({
      key: `a${index}`,
      description,
      codeVersion: `${index} ${description}`,
      metadata: { [`m ${description}`]: description },
      run: () => 1,
    })
  );
  const keys = ["it's", '"q"', "{{ x }}", "%s", "\u65e5", "a\\"];
  const sliced = defineAsset({ key: "sliced", partitions: staticPartitions(keys), run: () => 1 });
  const job = defineJob({ name: "job", selection: "a0", description: HOSTILE[1], config: {} });
  const snapshot = takeSnapshot(definitions({ assets: [...assets, sliced], jobs: [job] }));

  test("are literals that Python reads as they were, and data in every target's files", async () => {
    const projects = await Promise.all(TARGETS.map(async (name) => {
      const { files } = await (await loadTarget(name)).createDefinitions(snapshot, {
        name: "hostile",
        command: ["x"],
      });
      const sources = files.filter(({ path }) => path.endsWith(".py")).map(({ text }) => text);
      for (const { path, text } of files) {
        assert.ok(/^\p{ASCII}*$/u.test(text), `${name}: ${path} is not ASCII`);
      }
      for (const { path } of files) assert.match(path, /^[\w./-]+$/);
      return sources;
    }));
    const literals = [...HOSTILE, ...fuzzed].map(textLiteral);
    const url = new URL("texts.py", import.meta.url);
    const { values, constants } = askPython<Answer>(python as string, url, { literals, projects });
    assert.deepEqual(values.map(fromPoints), [...HOSTILE, ...fuzzed]);
    for (const [place, name] of TARGETS.entries()) {
      const known = new Set(constants[place].map((points) => seen(fromPoints(points))));
      // Airflow declares no sets of partitions: their keys are given with a run.
      const expected = name === "airflow" ? texts : [...texts, ...keys];
      const lost = expected.filter((text) => !known.has(seen(text)));
      assert.deepEqual(lost, [], name);
    }
  });
});
