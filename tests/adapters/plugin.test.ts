import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { defineAsset, defineJob, definitions, SluiceError, takeSnapshot } from "sluice";
import { createPluginRegistry, isApiCompatible, type OrchestratorPlugin } from "sluice/adapters";
import { pluginContract } from "sluice/testing";
import { closedPort } from "../support/port.ts";
import { createPaperPlugin } from "./fixtures/paper.ts";

function refusal(action: () => unknown): Promise<string> {
  return Promise.resolve().then(action).then(
    () => "nothing",
    (error: unknown) => {
      assert.ok(error instanceof SluiceError, String(error));
      return error.code;
    },
  );
}

function plugin(changes: Partial<OrchestratorPlugin> = {}): OrchestratorPlugin {
  return { ...createPaperPlugin(), ...changes };
}

describe("a plugin made of parts", () => {
  for (const { name, run } of pluginContract({ create: () => createPaperPlugin() })) test(name, run);

  test("carries the schedules that were added by hand", async () => {
    const orders = defineAsset({ key: "orders", run: () => [] });
    const snapshot = takeSnapshot(
      definitions({ assets: [orders], jobs: [defineJob({ name: "nightly", selection: orders })] }),
    );
    const paper = createPaperPlugin();
    paper.scheduleJob("nightly", "0 2 * * *", "UTC");
    paper.scheduleJob("nightly", "0 3 * * *", "UTC");
    const [list] = (await paper.createDefinitions(snapshot)).files;
    assert.equal(list.text, "sluice\nasset orders\nschedule nightly_schedule 0 3 * * * orders\n");
    assert.deepEqual(paper.generateSchedules(snapshot).map(({ path }) => path), ["list.txt"]);
    assert.ok(!paper.generateAssets(snapshot)[0].text.includes("schedule"));
    paper.scheduleJob("other", "0 3 * * *", "UTC");
    assert.equal(await refusal(() => paper.createDefinitions(snapshot)), "PLUGIN_INVALID");
  });

  test("tells a service that is well from one that is not, and shows no credentials", async () => {
    const answers = [{ ok: true }, { ok: false }];
    const seen: (string | undefined)[] = [];
    const server: Server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end(JSON.stringify(answers.shift()));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    try {
      const paper = createPaperPlugin();
      const well = await paper.validateConnection({ url, token: "t0p" });
      assert.deepEqual([well.success, well.errors], [true, []]);
      assert.equal(seen[0], "Bearer t0p");
      const ill = await paper.validateConnection({ url: url.replace("//", "//zoe:s%33cret@") });
      assert.equal(seen[1], `Basic ${btoa("zoe:s3cret")}`);
      assert.deepEqual([ill.success, ill.errors], [false, ["The paper is wet: dry it."]]);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    const closed = `http://zoe:s3cret@127.0.0.1:${await closedPort()}`;
    const hidden = await createPaperPlugin().validateConnection({ url: closed });
    assert.doesNotMatch(JSON.stringify(hidden), /zoe|s3cret/);
  });
});

describe("the registry", () => {
  test("gives plugins by name, started once, after what they depend on", async () => {
    const log: string[] = [];
    const plugins = createPluginRegistry();
    const logged = (name: string, dependencies: readonly string[]) =>
      plugin({
        name,
        dependencies,
        startup: () => void log.push(`+${name}`),
        shutdown: () => {
          log.push(`-${name}`);
          if (name === "b") throw new Error("stuck");
        },
      });
    plugins.register(logged("a", ["b", "c"]));
    plugins.register(logged("b", ["c"]));
    plugins.register(logged("c", []));
    assert.deepEqual(plugins.names, ["a", "b", "c"]);
    const [first, second] = await Promise.all([plugins.get("a"), plugins.get("a")]);
    assert.equal(first, second);
    assert.deepEqual(log, ["+c", "+b", "+a"]);
    assert.deepEqual(await plugins.close(), ["b: stuck"]);
    assert.deepEqual(log.slice(3), ["-a", "-b", "-c"]);
  });

  test("refuses what does not fit, each with a code of its own", async () => {
    const plugins = createPluginRegistry();
    plugins.register(plugin());
    assert.equal(await refusal(() => plugins.register(plugin())), "PLUGIN_DUPLICATE");
    assert.equal(await refusal(() => plugins.get("papre")), "PLUGIN_UNKNOWN");
    await assert.rejects(plugins.get("papre"), /Did you mean paper/);
    assert.equal(await refusal(() => plugins.register(null as never)), "PLUGIN_INVALID");
    assert.equal(await refusal(() => plugins.register(plugin({ name: "A b" }))), "PLUGIN_INVALID");
    assert.equal(
      await refusal(() => plugins.register(plugin({ name: "v", version: "1" }))),
      "PLUGIN_INVALID",
    );
    for (const apiVersion of ["2.0", "1.1", "0.9"]) {
      assert.equal(
        await refusal(() => plugins.register(plugin({ name: "x", apiVersion }))),
        "PLUGIN_INCOMPATIBLE",
      );
    }
    assert.equal(
      await refusal(() => plugins.register(plugin({ name: "x", apiVersion: "one" }))),
      "PLUGIN_INVALID",
    );
    plugins.register(plugin({ name: "lonely", dependencies: ["absent"] }));
    await assert.rejects(plugins.get("lonely"), /needs absent, which is missing/);
    plugins.register(plugin({ name: "p", dependencies: ["q"] }));
    plugins.register(plugin({ name: "q", dependencies: ["p"] }));
    await assert.rejects(plugins.get("p"), /circle: p -> q -> p/);
  });

  test("lets a startup that failed be tried again", async () => {
    let tries = 0;
    const plugins = createPluginRegistry();
    plugins.register(plugin({
      startup: () => {
        if (++tries === 1) throw new Error("not yet");
      },
    }));
    assert.equal(await refusal(() => plugins.get("paper")), "PLUGIN_FAILED");
    assert.equal((await plugins.get("paper")).name, "paper");
  });

  test("discovers plugins in modules", async () => {
    const plugins = createPluginRegistry();
    const here = new URL("./fixtures/paper.ts", import.meta.url).href;
    assert.deepEqual(await plugins.discover([here]), ["paper"]);
    assert.equal(await refusal(() => plugins.discover(["no-such-package-at-all"])), "PLUGIN_UNKNOWN");
    assert.equal(await refusal(() => plugins.discover(["node:path"])), "PLUGIN_INVALID");
  });
});

test("versions of the interface fit by major and minor", () => {
  assert.deepEqual(
    [["1.0", "1.0"], ["1.0.7", "1.2"], ["1.2", "1.2"], ["1.3", "1.2"], ["2.0", "1.2"], ["0.9", "1.2"]].map(
      ([ours, theirs]) => isApiCompatible(ours, theirs),
    ),
    [true, true, true, false, false, false],
  );
});
