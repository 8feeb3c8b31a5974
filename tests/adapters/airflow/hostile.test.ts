import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  type Asset,
  dailyPartitions,
  defineAsset,
  defineCheck,
  defineExternalAsset,
  defineJob,
  defineSchedule,
  definitions,
  dynamicPartitions,
  staticPartitions,
  takeSnapshot,
} from "sluice";
import { exportAirflow } from "../../../adapters/airflow/export.ts";

const MARK = "Zq7";
const TEXTS: readonly string[] = [
  "'''",
  '"""',
  "\\",
  "\\N{BULLET}",
  "%s {x} ${y}",
  "a\rb\fc\vd",
  "\u2028\u2029\u0085",
  "\u202etxt\u2066",
  "# -*- coding: utf-7 -*- +AAo-",
  "{{ var.value.secret }} {% raw %}",
  "run.sh",
  "notes.md",
  '"); import os; os.system("id"); ("',
  "\u{1f600} \u00e9 e\u0301",
  "\0",
  "a\nwith DAG(dag_id='x'):\n    pass",
].map((text) => `${MARK}${text}`);
const WORDS: readonly string[] = [
  "class",
  "match",
  "list",
  "dag",
  "context",
  "None",
  "task",
  "run_id",
  "_",
  "int",
];
const options = {
  name: "h",
  module: `m${TEXTS[0]}.ts`,
  command: ["sluice", ...TEXTS],
  ticksFromMs: Date.UTC(2026, 0, 1),
};

const assets: readonly Asset[] = TEXTS.flatMap((text, place) => [
  defineExternalAsset({ key: `outside/${place}`, description: text, metadata: { [text]: [text] } }),
  defineAsset({
    key: `made/${place}`,
    description: text,
    metadata: { [text]: { [text]: text } },
    codeVersion: text.replaceAll("\0", ""),
    partitions: staticPartitions([`k${place}`, `${MARK}"'\\%{{ ${place}`]),
    run: () => 1,
  }),
]);
const named = WORDS.map((word) => defineAsset({ key: word, group: word.replace(/^_$/, "x"), run: () => 1 }));
const alike = ["a/b", "a.b", "a-b", "a_b", "\u00e4/b"].map((key) => defineAsset({ key, run: () => 1 }));
const dynamic = defineAsset({ key: "dynamic", partitions: dynamicPartitions(`${MARK}'"`), run: () => 1 });
const dated = defineAsset({
  key: "dated",
  partitions: dailyPartitions({ start: "2026-01-01", keyFormat: `${MARK}'"\\%Y {%m} %d` }),
  run: () => 1,
});
const everything = definitions({
  assets: [...assets, ...named, ...alike, dynamic, dated],
  checks: TEXTS.map((text, place) =>
    defineCheck({ asset: assets[2 * place + 1], name: "c", description: text, run: () => true })
  ),
  jobs: TEXTS.map((text, place) =>
    defineJob({ name: `j${place}`, selection: [assets[2 * place + 1]], description: text })
  ),
  schedules: [
    defineSchedule({ name: "s", target: [dated], description: TEXTS[0] }),
    defineSchedule({
      name: "t",
      cron: "@daily",
      target: [assets[1]],
      partitions: "all",
      description: TEXTS[1],
    }),
  ],
});
const { files } = exportAirflow(takeSnapshot(everything), options);
const python = files.filter(({ path }) => path.endsWith(".py"));

describe("texts of the user", () => {
  test("stand in string literals and nowhere else", () => {
    for (const { path, text } of python) {
      assert.ok(!path.includes(MARK), path);
      const code = text.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, "''");
      assert.ok(!code.includes(MARK), path);
      assert.match(text, /^[\n\x20-\x7e]*$/, path);
    }
  });

  test("reach the files: every one is there", () => {
    const all = python.map(({ text }) => text).join("\n");
    assert.ok(all.split(MARK).length > 10 * TEXTS.length);
    assert.ok(all.includes(`"${MARK}{{ var.value.secret }} {% raw %}"`));
  });

  test("give names of their own to keywords, and to names that look alike", () => {
    const ids = python.flatMap(({ text }) => [...text.matchAll(/ task_id="([^"]*)"/g)].map(([, id]) => id));
    for (const id of ids) assert.match(id, /^[a-z][a-z0-9_]*_[0-9a-f]{8}$/);
    const rest = python.filter(({ text }) => text.includes('dag_id="h.assets"')).flatMap(({ text }) =>
      [...text.matchAll(/^ +(\w+) = SluiceStep/gm)].map(([, id]) => id)
    );
    assert.equal(new Set(rest).size, WORDS.length + alike.length);
  });

  test("never make documentation look like the name of a file", () => {
    for (const { text } of python) {
      for (const [, doc] of text.matchAll(/^ {4}doc_md="(.*)",$/gm)) assert.match(doc, /[0-9a-f]{16}$/);
    }
  });
});
