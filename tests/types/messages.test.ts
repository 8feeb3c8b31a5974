/** What the compiler says to a user who got it wrong: the message names the mistake. */
import { test } from "bun:test";
import assert from "node:assert/strict";
import { compile } from "./compiler.ts";

const HEAD = `
import { type Asset, dailyPartitions, defineAsset, specificMapping, staticPartitions } from "sluice";
import { z } from "zod";
const days = dailyPartitions({ start: "2026-01-01" });
const orders = defineAsset({ key: "orders", partitions: days, run: () => [{ amount: 1 }] });
const region = defineAsset({ key: "region", partitions: staticPartitions(["us", "eu"]), run: () => 1 as number });
`;

const MISTAKES: readonly (readonly [mistake: string, code: string, message: RegExp])[] = [
  [
    "a name that is no dependency",
    `defineAsset({ key: "a", deps: { orders }, partitions: days, run: ({ inputs }) => inputs.order });`,
    /Property 'order' does not exist .* Did you mean 'orders'\?/,
  ],
  [
    "unlike partitions",
    `defineAsset({ key: "a", deps: { region }, partitions: days, run: () => 1 });`,
    /not assignable to type '"unlike partitions: give a mapping"'/,
  ],
  [
    "a key that is missing upstream",
    `defineAsset({ key: "a", deps: { region }, partitions: staticPartitions(["us", "asia"]), run: () => 1 });`,
    /not assignable to type '"partition 'asia' does not exist upstream"'/,
  ],
  [
    "a mapping to a key that does not exist",
    `defineAsset({ key: "a", deps: { region: { asset: region, mapping: specificMapping("usa") } }, run: () => 1 });`,
    /not assignable to type '"'usa' is not a key of the upstream partitions"'/,
  ],
  [
    "a collection taken for one value",
    `defineAsset({ key: "a", deps: { orders }, run: ({ inputs }) => inputs.orders.map(String) });`,
    /Property 'map' does not exist on type 'Partitioned</,
  ],
  [
    "a partition of an asset without partitions",
    `defineAsset({ key: "a", run: ({ partition }) => partition.key });`,
    /Property 'key' does not exist on type 'NotPartitioned'/,
  ],
  [
    "a value that differs from its schema",
    `defineAsset({ key: "a", output: z.object({ amount: z.number() }), run: () => ({ amount: "x" }) });`,
    /Type 'string' is not assignable to type 'number'/,
  ],
  [
    "a resource that is not declared",
    `defineAsset({ key: "a", run: ({ resources }) => resources.db });`,
    /Property 'db' does not exist/,
  ],
  [
    "a misspelt option",
    `defineAsset({ key: "a", partition: days, run: () => 1 });`,
    /'partition' does not exist in type .* Did you mean to write 'partitions'\?/,
  ],
  [
    "a misspelt option of a dependency",
    `defineAsset({ key: "a", deps: { x: { asset: region, maping: specificMapping("us") } }, run: () => 1 });`,
    /not assignable to type '"a dependency has no field 'maping'"'/,
  ],
  [
    "a name that is not in the config",
    `defineAsset({ key: "a", config: z.object({ limit: z.number() }), run: ({ config }) => config.limt });`,
    /Property 'limt' does not exist .* Did you mean 'limit'\?/,
  ],
  [
    "a batch that returns no pairs",
    `defineAsset({ key: "a", batch: true, partitions: days, run: () => 1 });`,
    /Type 'number' is not assignable to type 'Awaitable<BatchReturn<unknown>>'/,
  ],
];

test("each mistake is named by the compiler", () => {
  const modules = Object.fromEntries(MISTAKES.map(([, code], index) => [`m${index}.ts`, `${HEAD}${code}\n`]));
  const { errors } = compile({ ...modules, "right.ts": HEAD });
  for (const [index, [mistake, , message]] of MISTAKES.entries()) {
    const own = errors.filter((error) => error.startsWith(`m${index}.ts: `));
    assert.ok(own.some((error) => message.test(error)), `${mistake}: ${JSON.stringify(own)}`);
  }
  assert.deepEqual(errors.filter((error) => !/^m\d+\.ts: /.test(error)), []);
});
