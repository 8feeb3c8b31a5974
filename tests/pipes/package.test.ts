/** The npm package in a project of its own: what `sluice/pipes` is on Node, which strips no types below `node_modules`. */
import { afterAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { inFolder } from "../support/folder.ts";
import { root } from "../support/runtime.ts";
import { handOver } from "./support.ts";

const node = process.env.SLUICE_NODE ?? "node";
const hasTools = process.versions.bun !== undefined && spawnSync(node, ["--version"]).status === 0;
if (!hasTools) {
  console.log("The npm package on Node: skipped, since it needs Bun to pack it and Node to run it");
}

const app = mkdtempSync(join(tmpdir(), "sluice-package-"));
afterAll(() => rmSync(app, { recursive: true, force: true }));
if (hasTools) install();

/** Packs what would be published, and installs it in a project that has nothing else. */
function install(): void {
  run(process.execPath, ["pm", "pack", "--destination", app], { cwd: root });
  const [tarball] = readdirSync(app).filter((name) => name.endsWith(".tgz"));
  writeFileSync(join(app, "package.json"), '{ "name": "app", "private": true, "type": "module" }');
  run(process.execPath, ["add", "--prefer-offline", `./${tarball}`]);
  copyFileSync(join(root, "examples/pipes/orders.ts"), join(app, "orders.ts"));
}

function run(
  program: string,
  words: readonly string[],
  { cwd = app, env = {} }: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): string {
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  assert.equal(status, 0, `${program} ${words.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

(hasTools ? describe : describe.skip)("the npm package on Node", () => {
  test("has what it has elsewhere", async () => {
    const script = 'console.log(Object.keys(await import("sluice/pipes")).join(" "))';
    const own = await import("sluice/pipes");
    const there = run(node, ["--input-type=module", "--eval", script]).trim().split(" ");
    assert.deepEqual(there.sort(), Object.keys(own).sort());
  });

  for (const [packages, place] of [["external", "beside it"], ["bundle", "in its file"]]) {
    test(`runs the example, with the package ${place}`, () =>
      inFolder((folder) => {
        const built = `orders.${packages}.mjs`;
        const build = ["orders.ts", "--target=node", `--packages=${packages}`, `--outfile=${built}`];
        run(process.execPath, ["build", ...build]);
        const dagster = handOver(folder, { extras: { limit: 2 } });
        run(node, [built], { env: dagster.variables });
        assert.deepEqual(dagster.received().map(({ method }) => method), [
          "opened",
          "log",
          "report_asset_materialization",
          "report_asset_check",
          "closed",
        ]);
      }));
  }

  test("has types, which need nothing of the sources", () => {
    writeFileSync(
      join(app, "wrong.ts"),
      'import { runDagsterPipes } from "sluice/pipes";\n' +
        "// @ts-expect-error a verdict is true or false\n" +
        "await runDagsterPipes((pipes) => pipes.reportAssetCheck({ checkName: 'a', passed: 1 }));\n",
    );
    const settings = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"];
    const files = ["--lib", "es2022,dom,esnext.disposable", "orders.ts", "wrong.ts"];
    run(join(root, "node_modules/.bin/tsc"), [...settings, ...files]);
  });
});
