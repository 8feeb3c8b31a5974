/** Every place in a graph that a text of the user's can stand in, and texts to put there. */
import {
  type Asset,
  defineAsset,
  defineCheck,
  defineExternalAsset,
  defineJob,
  defineMultiAsset,
  defineResource,
  defineSchedule,
  type Definitions,
  definitions,
  dynamicPartitions,
  multiPartitions,
  specificMapping,
  staticMapping,
  staticPartitions,
} from "sluice";
import { z } from "zod";

/** Texts that have broken programs that write Python. */
export const HOSTILE: readonly string[] = [
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

/** Names that Python, an engine or a case-blind file system could take for something else. */
export const NAMES: readonly string[] = [
  "class",
  "match",
  "__init__",
  "None",
  "print",
  "self",
  "dag",
  "DAG",
  "Dag",
  "con",
  "a.b",
  "a-b",
  "a_b",
  "A_B",
  "_",
];

/** A small graph for each place that a text of the user's can stand in. */
export const FIELDS: { readonly [field: string]: (text: string) => readonly Asset[] | Definitions } = {
  "a key": (text) => [asset({ key: text })],
  "a key of two parts": (text) => [asset({ key: `${text}/b` })],
  "a description": (description) => [asset({ description })],
  "the description of an external asset": (description) => [defineExternalAsset({ key: "a", description })],
  "a group": (group) => [asset({ group })],
  "a tag": (text) => [asset({ tags: { [text]: "b" } })],
  "the value of a tag": (text) => [asset({ tags: { a: text } })],
  "an owner": (text) => [asset({ owners: [text] })],
  "a team": (text) => [asset({ owners: [`team:${text}`] })],
  "a kind": (text) => [asset({ kinds: [text] })],
  "the name of metadata": (text) => [asset({ metadata: { [text]: 1 } })],
  "metadata": (text) => [asset({ metadata: { a: text, b: { c: [text] } } })],
  "a code version": (codeVersion) => [asset({ codeVersion })],
  "the name of an input": (text) => {
    const up = asset({ key: "up" });
    return [up, defineAsset({ key: "a", deps: { [text]: up }, run: () => 1 })];
  },
  "a pool": (pool) => [asset({ pool })],
  "a concurrency key": (key) => [asset({ concurrency: { key } })],
  "the name of a resource": (
    text,
  ) => [asset({ resources: { r: defineResource({ name: text, setup: () => 1 }) } })],
  "the name under which a resource is used": (text) => [
    asset({ resources: { [text]: defineResource({ name: "r", setup: () => 1 }) } }),
  ],
  "a static key": (text) => [asset({ partitions: staticPartitions([text, "other"]) })],
  "the name of dynamic partitions": (text) => [asset({ partitions: dynamicPartitions(text) })],
  "the name of a dimension": (text) => [
    asset({ partitions: multiPartitions({ [text]: staticPartitions(["a"]), zzz: staticPartitions(["b"]) }) }),
  ],
  "a key of a dimension": (text) => [
    asset({ partitions: multiPartitions({ x: staticPartitions([text, "k"]), y: staticPartitions(["b"]) }) }),
  ],
  "a key that a mapping names": (text) => {
    const up = asset({ key: "up", partitions: staticPartitions([text, "other"]) });
    return [
      up,
      defineAsset({ key: "a", deps: { up: { asset: up, mapping: specificMapping([text]) } }, run: () => 1 }),
    ];
  },
  "a key in the table of a mapping": (text) => {
    const up = asset({ key: "up", partitions: staticPartitions([text, "other"]) });
    return [
      up,
      defineAsset({
        key: "a",
        partitions: staticPartitions([`down ${text}`, "rest"]),
        deps: { up: { asset: up, mapping: staticMapping({ [text]: [`down ${text}`], other: ["rest"] }) } },
        run: () => 1,
      }),
    ];
  },
  "the name of a multi-asset": (name) =>
    Object.values(defineMultiAsset({ name, outputs: { a: { key: "a" }, b: { key: "b" } }, run: twice })),
  "the name of an output": (text) =>
    Object.values(
      defineMultiAsset({ name: "m", outputs: { [text]: { key: "a" }, zzz: { key: "b" } }, run: twice }),
    ),
  "the name of a check inside": (text) => [asset({ checks: { [text]: () => true } })],
  "the description of a check inside": (
    description,
  ) => [asset({ checks: { c: { description, run: () => true } } })],
  "the name of a check": (name) => checked({ name }),
  "the description of a check": (description) => checked({ name: "c", description }),
  "the name of a job": (name) => withJob({ name }),
  "the description of a job": (description) => withJob({ name: "j", description }),
  "a tag of a job": (text) => withJob({ name: "j", tags: { [text]: text.slice(0, 60) } }),
  "the key of the runs of a job": (key) => withJob({ name: "j", concurrency: { key } }),
  "config": (text) => withJob({ name: "j", config: { a: { [text]: text, list: [text] } } }),
  "the name of a schedule": (name) => withSchedule({ name }),
  "the description of a schedule": (description) => withSchedule({ name: "s", description }),
};

type Loose = Parameters<typeof defineAsset>[0];

function asset(spec: object): Asset {
  return defineAsset({ key: "a", run: () => 1, ...spec } as Loose);
}

function twice(): never {
  return { a: 1, b: 2 } as never;
}

function checked(spec: { readonly name: string; readonly description?: string }): Definitions {
  const looked = asset({});
  return definitions({
    assets: [looked],
    checks: [defineCheck({ asset: looked, run: () => true, ...spec })],
  });
}

function withJob(spec: Omit<Parameters<typeof defineJob>[0], "selection">): Definitions {
  const taking = asset({ config: z.unknown() });
  return definitions({ assets: [taking], jobs: [defineJob({ selection: "a", ...spec })] });
}

function withSchedule(spec: { readonly name: string; readonly description?: string }): Definitions {
  return definitions({
    assets: [asset({})],
    schedules: [defineSchedule({ cron: "0 1 * * *", target: "a", ...spec })],
  });
}
