import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { variables } from "../../../src/cli/step/environment.ts";
import { useFolders } from "../support/folder.ts";
import { start, step } from "../support/step.ts";

const newFolder = useFolders();

/** All text of all files below a folder. */
function allText(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

/** The table of variables as docs/step.md has it. */
function variableTable(): string {
  const rows = variables.map(({ name, summary }) => [`\`${name}\``, summary]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column])).join(" | ")} |\n`;
  const rule = widths.map((width) => "-".repeat(width));
  return [["Variable", "Meaning"], rule, ...rows].map(line).join("");
}

describe("the variables of a step", () => {
  test("are those that docs/step.md lists (SLUICE_UPDATE_DOCS=1 writes them)", () => {
    const page = new URL("../../../docs/step.md", import.meta.url);
    const text = readFileSync(page, "utf8");
    const [before, rest] = text.split("a test holds it equal. -->\n\n");
    const after = rest.replace(/^(\|.*\n)+/, "");
    const whole = `${before}a test holds it equal. -->\n\n${variableTable()}${after}`;
    if (process.env.SLUICE_UPDATE_DOCS === "1") writeFileSync(page, whole);
    else assert.equal(text, whole);
  });

  test("are all that the code reads", () => {
    const root = new URL("../../../src/", import.meta.url);
    const files = ["cli/step/environment.ts", "io/s3.ts", "io/s3/credentials.ts", "cli/program.ts"];
    const read = files.flatMap((file) => {
      const text = readFileSync(new URL(file, root), "utf8").replaceAll(/\{ name: "\w+", summary: .*/g, "");
      return [...text.matchAll(/\b((?:SLUICE|AWS)_[A-Z0-9_]+)\b(?! and)/g)].map(([name]) => name);
    });
    assert.deepEqual([...new Set(read)].sort(), variables.map(({ name }) => name).sort());
  });
});

describe("the config of a step", () => {
  const configured = (words: readonly string[], env: { readonly [name: string]: string } = {}) => {
    const io = newFolder();
    return step(["--asset", "configured", ...words], { io, env }).then((ended) => ({ ...ended, io }));
  };
  const valueOf = (io: string) => JSON.parse(readFileSync(join(io, "configured.json"), "utf8"));

  test("comes from the request, else from the environment by step name", async () => {
    const SLUICE_CONFIG = JSON.stringify({ configured: { limit: 1 }, other: 7 });
    const given = await configured(["--config", '{"limit":2}'], { SLUICE_CONFIG });
    assert.equal(given.code, 0, given.err);
    assert.equal(valueOf(given.io), 2);
    assert.equal(valueOf((await configured([], { SLUICE_CONFIG })).io), 1);
  });

  test("may lie in a file", async () => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "config.json"), '{"limit":3}');
    assert.equal(valueOf((await configured(["--config", `@${join(folder, "config.json")}`])).io), 3);
  });

  test("is refused for good when it is not valid, or not wanted", async () => {
    const invalid = await configured(["--config", '{"most":2}']);
    assert.deepEqual([invalid.code, invalid.outcome.error?.code], [78, "CONFIG_INVALID"]);
    const unreadable = await configured([], { SLUICE_CONFIG: "{" });
    assert.deepEqual([unreadable.code, unreadable.outcome.error?.code], [78, "USAGE"]);
    const unwanted = await step(["--asset", "skipped", "--config", "{}"]);
    assert.match(unwanted.outcome.error?.message ?? "", /takes no config/);
  });
});

describe("a secret", () => {
  const hidden = 'hunter2 "quoted"\nline two of it';

  test("reaches the body, and is shown nowhere", async () => {
    const io = newFolder();
    const { code, out, err, outcome } = await step(["--asset", "telling"], {
      io,
      env: { STEP_PASSWORD: hidden },
    });
    assert.equal(code, 0, err);
    assert.deepEqual(outcome.outputs[0].metadata, { length: hidden.length });
    assert.equal(readFileSync(join(io, "telling.json"), "utf8"), `${hidden.length}\n`);
    assert.match(
      err,
      /the console says \*\*\*\nstderr says \*\*\*\ninfo: the log says \*\*\* \{"value":"\*\*\*"\}/,
    );
    for (const text of [out, err, allText(io)]) assert.doesNotMatch(text, /hunter2|line two/);
  });

  test("is masked in the error of a step that fails", async () => {
    const { out, err, outcome } = await step(["--asset", "telling"], {
      io: newFolder(),
      env: { STEP_PASSWORD: hidden, STEP_MODE: "fails" },
    });
    assert.equal(outcome.error?.message, "cannot log in with ***");
    for (const text of [out, err]) assert.doesNotMatch(text, /hunter2|line two/);
  });

  test("is read from a file, less its last line end", async () => {
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "password"), "from a file\n");
    const { outcome } = await step(["--asset", "telling"], {
      io: newFolder(),
      env: { STEP_PASSWORD_FILE: join(folder, "password") },
    });
    assert.deepEqual(outcome.outputs[0].metadata, { length: "from a file".length });
  });

  test("takes the place of its placeholder in config", async () => {
    const io = newFolder();
    const config = '{"limit":{"$secret":"STEP_PASSWORD"}}';
    const env = { STEP_PASSWORD: "swordfish" };
    const { code, out, err } = await step(["--asset", "configured", "--config", config], { io, env });
    assert.equal(code, 0, err);
    assert.equal(readFileSync(join(io, "configured.json"), "utf8"), '"swordfish"\n');
    assert.doesNotMatch(out + err, /swordfish/);
  });

  test("that is not there fails the step for good", async () => {
    for (
      const words of [["--asset", "telling"], [
        "--asset",
        "configured",
        "--config",
        '{"a":{"$secret":"STEP_PASSWORD"}}',
      ]]
    ) {
      const { code, outcome } = await step(words, { io: newFolder() });
      assert.equal(code, 78);
      assert.match(outcome.error?.message ?? "", /neither STEP_PASSWORD nor STEP_PASSWORD_FILE is set/);
    }
  });
});

describe("where values lie", () => {
  test("is refused when it is neither a folder nor s3", async () => {
    const { code, outcome } = await step(["--asset", "skipped"], { io: "gs://bucket" });
    assert.equal(code, 78);
    assert.match(
      outcome.error?.message ?? "",
      /SLUICE_IO is a folder or s3:\/\/bucket\/prefix, not "gs:\/\/bucket"/,
    );
  });

  test("is where local runs keep theirs, when nothing else is said", async () => {
    const folder = newFolder();
    const env = { SLUICE_FOLDER: folder, SLUICE_IO: "" };
    const ran = await start(["run", "steps.ts", "raw/days", "--partition", "2026-01-01", "--no-checks"], {
      env,
    });
    assert.equal(ran.code, 0, ran.err);
    const { code } = await step(["--step", "raw/days:fresh", "--partition", "2026-01-01"], { env });
    assert.equal(code, 0);
  });
});
