/** What every orchestrator plugin must do, as cases for any test runner. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OrchestratorPlugin, ValidationResult, WorkloadSize } from "../../adapters/plugin.ts";
import { checkPlugin, PLUGIN_MEMBERS } from "../../adapters/registry.ts";
import { defineAsset } from "../model/assets/asset.ts";
import type { Awaitable } from "../model/assets/result.ts";
import { defineSchedule } from "../model/automation/schedule.ts";
import { definitions } from "../model/definitions.ts";
import { SluiceError } from "../model/issue.ts";
import { defineJob } from "../model/job.ts";
import { dailyPartitions } from "../model/partitions/definition.ts";
import type { Snapshot } from "../model/snapshot/snapshot.ts";
import { takeSnapshot } from "../model/snapshot/take.ts";
import type { ContractCase } from "./io_contract.ts";

/** The plugin to be held to the contract. */
export interface PluginContractOptions {
  /** Makes the plugin; called once for each case. */
  readonly create: () => Awaitable<OrchestratorPlugin>;
  /** Whether it reaches its service over HTTP, so that addresses without one must fail. Default true. */
  readonly isRemote?: boolean;
}

type Check = (plugin: OrchestratorPlugin, options: PluginContractOptions) => Promise<void> | void;

/**
 * The contract of an orchestrator plugin as named cases, independent of each other and of any test runner.
 *
 * @example
 * ```ts
 * import { createDagsterPlugin } from "sluice/adapters";
 * import { pluginContract } from "sluice/testing";
 *
 * for (const { run } of pluginContract({ create: () => createDagsterPlugin() })) await run();
 * ```
 */
export function pluginContract(options: PluginContractOptions): readonly ContractCase[] {
  return Object.entries(CHECKS).map(([name, check]) => ({
    name,
    run: async () => check(await options.create(), options),
  }));
}

const CHECKS: { readonly [title: string]: Check } = {
  "has every member, and fits the interface": hasEveryMember,
  "makes definitions of a graph, of an empty one too": makesDefinitions,
  "makes the same of the same": isDeterministic,
  "refuses what is no snapshot": refusesOthers,
  "makes one asset for each transform, in order": makesAssets,
  "refuses transforms that cannot be": refusesTransforms,
  "tells the files of assets, schedules and sensors": tellsFiles,
  "writes an entry point, and refuses names that could be code": writesEntryPoint,
  "gives values for a chart, by size": givesHelmValues,
  "knows three sizes, and refuses others": knowsSizes,
  "schedules jobs, and refuses what is no schedule": schedulesJobs,
  "emits lineage without a receiver, and keeps a run's identity": emitsLineage,
  "never throws when it looks at a connection": looksWithoutThrowing,
};

function snapshot(): Snapshot {
  const days = dailyPartitions({ start: "2026-01-01" });
  const orders = defineAsset({ key: "raw/orders", partitions: days, run: () => [1] });
  const revenue = defineAsset({
    key: "mart/revenue",
    deps: { orders },
    partitions: days,
    run: ({ inputs }) => inputs.orders.length,
  });
  const nightly = defineJob({ name: "nightly", selection: [orders, revenue] });
  return takeSnapshot(definitions({
    assets: [orders, revenue],
    jobs: [nightly],
    schedules: [defineSchedule({ name: "every_night", cron: "0 2 * * *", target: nightly })],
  }));
}

function hasEveryMember(plugin: OrchestratorPlugin): void {
  checkPlugin(plugin);
  for (const member of Object.keys(PLUGIN_MEMBERS)) {
    assert.throws(() => checkPlugin({ ...plugin, [member]: undefined }), isError("PLUGIN_INVALID"), member);
  }
}

async function makesDefinitions(plugin: OrchestratorPlugin): Promise<void> {
  assert.ok(await plugin.createDefinitions(snapshot()));
  assert.ok(await plugin.createDefinitions(takeSnapshot(definitions({ assets: [] }))));
}

async function isDeterministic(plugin: OrchestratorPlugin): Promise<void> {
  const text = async () => JSON.stringify(await plugin.createDefinitions(snapshot()));
  assert.equal(await text(), await text());
}

async function refusesOthers(plugin: OrchestratorPlugin): Promise<void> {
  for (const wrong of [null, {}, [], "x", { ...snapshot(), version: 99 }]) {
    await assert.rejects(async () => plugin.createDefinitions(wrong), isError("SNAPSHOT_INVALID"));
  }
}

function makesAssets(plugin: OrchestratorPlugin): void {
  const made = plugin.createAssetsFromTransforms([
    { name: "orders", dependsOn: ["stg_orders"], tags: ["mart"] },
    { name: "stg_orders", materialization: "view", path: "models/stg_orders.sql" },
  ]);
  assert.deepEqual(made.map(({ key }) => key), ["orders", "stg_orders"]);
  assert.equal(made[1].metadata.materialization, "view");
  assert.deepEqual(plugin.createAssetsFromTransforms([]), []);
}

function refusesTransforms(plugin: OrchestratorPlugin): void {
  for (
    const wrong of [
      [{ name: "a b" }],
      [{ name: "a" }, { name: "a" }],
      [{ name: "a", dependsOn: ["b"] }],
      [{ name: "a", dependsOn: ["b"] }, { name: "b", dependsOn: ["a"] }],
      [{ name: "a", materialization: "cloud" as never }],
    ]
  ) {
    assert.throws(() => plugin.createAssetsFromTransforms(wrong), isError("PLUGIN_INVALID"));
  }
}

function tellsFiles(plugin: OrchestratorPlugin): void {
  const lists = [plugin.generateAssets, plugin.generateSchedules, plugin.generateSensors].map((generate) =>
    generate.call(plugin, snapshot())
  );
  for (const file of lists.flat()) {
    assert.match(file.path, /^[^/\\][^\\]*$/);
    assert.ok(!file.path.split("/").includes(".."), file.path);
    assert.equal(typeof file.text, "string");
  }
}

async function writesEntryPoint(plugin: OrchestratorPlugin): Promise<void> {
  const outputDir = await mkdtemp(join(tmpdir(), "sluice-plugin-"));
  try {
    const path = await plugin.generateEntryPointCode({ productName: "my-product_1", outputDir });
    assert.ok(path.startsWith(outputDir), path);
    assert.notEqual((await readFile(path, "utf8")).trim(), "");
    for (const productName of ["", "1a", "a b", "a;b", "../a", 'a"b', "a\n"]) {
      await assert.rejects(
        plugin.generateEntryPointCode({ productName, outputDir }),
        isError("PLUGIN_INVALID"),
        productName,
      );
    }
  } finally {
    await rm(outputDir, { recursive: true, force: true });
  }
}

function givesHelmValues(plugin: OrchestratorPlugin): void {
  for (const size of ["small", "medium", "large"] as const) {
    const values = plugin.getHelmValues({ size, image: { repository: "registry.example/orders", tag: "1" } });
    assert.deepEqual(JSON.parse(JSON.stringify(values)), values);
  }
}

function knowsSizes(plugin: OrchestratorPlugin): void {
  for (const size of ["small", "medium", "large"] as const) {
    const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = plugin.getResourceRequirements(size);
    for (const cpu of [cpuRequest, cpuLimit]) assert.match(cpu, /^[0-9]+m?$/);
    for (const memory of [memoryRequest, memoryLimit]) assert.match(memory, /^[0-9]+(Mi|Gi|Ki)$/);
  }
  for (const wrong of ["huge", "", "__proto__", "Small"]) {
    assert.throws(() => plugin.getResourceRequirements(wrong as WorkloadSize), (error) => {
      assert.ok(isError("PLUGIN_INVALID")(error) && error instanceof Error);
      assert.match(error.message, /small, medium, large/);
      return true;
    });
  }
}

async function schedulesJobs(plugin: OrchestratorPlugin): Promise<void> {
  assert.throws(() => plugin.scheduleJob("nightly", "61 * * * *", "UTC"), isError("CRON_INVALID"));
  assert.throws(() => plugin.scheduleJob("nightly", "", "UTC"), isError("CRON_INVALID"));
  assert.throws(() => plugin.scheduleJob("nightly", "0 2 * * *", "Mars/Base"), isError("TIMEZONE_UNKNOWN"));
  plugin.scheduleJob("nightly", "0 3 * * *", "Europe/London");
  plugin.scheduleJob("nightly", "0 4 * * *", "Europe/London");
  assert.ok(await plugin.createDefinitions(snapshot()));
}

async function emitsLineage(plugin: OrchestratorPlugin): Promise<void> {
  const runId = "6f1e9f0a-2f0f-4d53-9a35-1f3a1f0c2d7e";
  assert.equal(await plugin.emitLineageEvent({ eventType: "START", jobName: "a", runId }), runId);
  const fresh = await plugin.emitLineageEvent({ eventType: "FAIL", jobName: "a" });
  assert.match(fresh, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
}

async function looksWithoutThrowing(
  plugin: OrchestratorPlugin,
  { isRemote = true }: PluginContractOptions,
): Promise<void> {
  const looks = isRemote
    ? [
      await lookAt(plugin, (_, response) => response.writeHead(500).end("oops")),
      await lookAt(plugin, () => {}),
      await plugin.validateConnection({ url: `http://127.0.0.1:${await closedPort()}` }),
      await plugin.validateConnection({ url: "no address" }),
    ]
    : [await plugin.validateConnection({ url: "\0" })];
  for (const { success, message, errors } of looks) {
    assert.equal(success, false);
    assert.notEqual(message, "");
    assert.equal(errors.length, 1, errors.join());
    assert.doesNotMatch(errors.join(), /\n\s+at /, "a stack trace is no advice");
  }
  assert.equal(new Set(looks.flatMap(({ errors }) => errors)).size, looks.length);
}

/** A port at which nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Looks at a server that answers, or does not, as it is told. */
async function lookAt(
  plugin: OrchestratorPlugin,
  answer: (
    request: unknown,
    response: { writeHead(status: number): { end(text: string): unknown } },
  ) => unknown,
): Promise<ValidationResult> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    return await plugin.validateConnection({ url: `http://127.0.0.1:${port}`, timeoutMs: 300 });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function isError(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof SluiceError, String(error));
    assert.equal(error.code, code);
    return true;
  };
}
