import { afterAll, beforeAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failureOf } from "../../../src/cli/failure.ts";
import { loadModule } from "../../../src/cli/module/load.ts";
import { type Failure, formatFailure } from "../../../src/cli/print/error.ts";
import { handClock, openTestHost } from "../support/host.ts";
import { plainPage } from "../support/pages.ts";

const library = import.meta.resolve("sluice");
const state = { folder: "" };

beforeAll(() => {
  state.folder = mkdtempSync(join(tmpdir(), "sluice-load-"));
});
afterAll(() => rmSync(state.folder, { recursive: true, force: true }));

function write(name: string, ...lines: readonly string[]): string {
  writeFileSync(join(state.folder, name), `${lines.join("\n")}\n`);
  return name;
}

async function load(name: string) {
  return await loadModule({ name, timeoutMs: 10_000 }, openTestHost({ cwd: state.folder }));
}

async function failure(name: string): Promise<Failure & { readonly text: string }> {
  try {
    await load(name);
  } catch (error) {
    const failure = failureOf(error);
    const around = { page: plainPage(100), cwd: state.folder, isDebug: false };
    return { ...failure, text: formatFailure(failure, around).join("\n") };
  }
  return assert.fail(`${name} was loaded`);
}

const asset = (key: string) => `defineAsset({ key: "${key}", run: () => 1 })`;
const imports = () => `import { defineAsset, definitions } from "${library}";`;

describe("loadModule", () => {
  test("takes the default export, or the export `definitions`, or the only one", async () => {
    const make = (key: string) => `definitions({ assets: [${asset(key)}] })`;
    write("default.ts", imports(), `export const other = ${make("a")};`, `export default ${make("b")};`);
    write("named.ts", imports(), `export const other = ${make("a")};`, `export const definitions_ = 1;`);
    write(
      "both.ts",
      imports(),
      `const d = ${make("c")};`,
      `export { d as definitions };`,
      `export const e = ${make("d")};`,
    );
    const keys = async (name: string) => (await load(name)).definitions.assets.map(({ key }) => key);
    assert.deepEqual(await keys("default.ts"), ["b"]);
    assert.deepEqual(await keys("named.ts"), ["a"]);
    assert.deepEqual(await keys("both.ts"), ["c"]);
    assert.deepEqual(await keys(join(state.folder, "default.ts")), ["b"]);
  });

  test("asks for a default when there are several to choose from", async () => {
    const make = `definitions({ assets: [${asset("a")}] })`;
    write("several.ts", imports(), `export const one = ${make};`, `export const two = ${make};`);
    const { text } = await failure("several.ts");
    assert.match(text, /several\.ts exports several definitions: one, two\.[^]*as default/);
  });

  test("says what a module without definitions exports, and what to write", async () => {
    write("nothing.ts", "export {};");
    assert.match(
      (await failure("nothing.ts")).text,
      /nothing\.ts exports no definitions: it exports nothing/,
    );
    write(
      "assets.ts",
      imports(),
      `export const a = ${asset("a")};`,
      `export const b = ${asset("b")};`,
      "export const c = 1;",
    );
    const { text, exitCode } = await failure("assets.ts");
    assert.match(text, /it exports a \(an asset\), b \(an asset\), c\./);
    assert.match(text, /hint: Write `export default definitions\(\{ assets: \[a, b\] \}\)`/);
    assert.equal(exitCode, 2);
  });

  test("suggests the file that was meant", async () => {
    write("weather.ts", "export {};");
    assert.match(
      (await failure("wether.ts")).text,
      /There is no module wether\.ts\.\n {2}hint: Did you mean weather\.ts\?/,
    );
    assert.match((await failure("weather")).text, /There is no module weather\./);
    assert.match((await failure(".")).text, /\. is a folder, not a module\.[^]*It holds .*\.ts/);
  });

  test("puts the user's file on top when it throws", async () => {
    write(
      "throws.ts",
      "function deep(): never {",
      '  throw new TypeError("no \\u001b[2J way");',
      "}",
      "export const x = deep();",
    );
    const { text, exitCode } = await failure("throws.ts");
    assert.match(
      text,
      /^error MODULE_INVALID: throws\.ts failed while it was loaded: TypeError: no \\u\{1b\}\[2J way\./,
    );
    assert.match(text, /at throws\.ts:2:\d+\n[^]*> 2 \| {3}throw new TypeError/);
    assert.doesNotMatch(text, /load\.ts|node:|ext:/);
    assert.equal(exitCode, 2);
    write("odd.ts", 'throw "a text";');
    assert.match((await failure("odd.ts")).text, /odd\.ts failed while it was loaded: it threw a text\./);
  });

  test("names the file that imports what is not there", async () => {
    write("package.ts", "", 'import { x } from "not-there-at-all";', "export const y = x;");
    const missing = await failure("package.ts");
    assert.match(
      missing.text,
      /^error MODULE_INVALID: package\.ts imports "not-there-at-all", which is not installed\./,
    );
    assert.match(missing.text, /at package\.ts:2:19\n[^]*> 2 \|[^]*bun add not-there-at-all/);
    write("outer.ts", 'import "./inner.ts";');
    write("inner.ts", 'import "./gone.ts";');
    assert.match(
      (await failure("outer.ts")).text,
      /inner\.ts imports ".*gone\.ts", and there is no such file\.\n {2}at inner\.ts:1:/,
    );
  });

  test("shows where the syntax is wrong", async () => {
    write("syntax.ts", "export const a = 1;", "export const b = = 2;");
    const { text } = await failure("syntax.ts");
    assert.match(text, /^error MODULE_INVALID: syntax\.ts cannot be read: .+\.\n {2}at syntax\.ts:2:18/);
    write("export.ts", 'import { nope } from "./weather.ts";', "export const n = nope;");
    assert.match((await failure("export.ts")).text, /export\.ts cannot be read: .*nope/);
  });

  test("hands on everything that definitions() found, each with its place", async () => {
    write(
      "bad.ts",
      imports(),
      `const a = ${asset("twice")};`,
      `const b = ${asset("TWICE")};`,
      "export default definitions({ assets: [a, b] });",
    );
    const { text, findings, exitCode } = await failure("bad.ts");
    assert.equal(findings[0].code, "KEY_DUPLICATE");
    assert.match(text, /at bad\.ts:3:\d+\n[^]*> 3 \|/);
    assert.equal(exitCode, 2);
  });

  test("gives up on a module that never ends to load", async () => {
    write("never.ts", "await new Promise(() => {});", "export {};");
    const clock = handClock();
    const loading = loadModule(
      { name: "never.ts", timeoutMs: 30_000 },
      openTestHost({ cwd: state.folder, clock }),
    );
    clock.advance(30_000);
    const error = await loading.then(() => assert.fail("it was loaded"), (error: unknown) => error);
    const { exitCode, findings } = failureOf(error);
    assert.equal(exitCode, 4);
    assert.match(findings[0].message, /never\.ts was not loaded within 30 s/);
  });
});
