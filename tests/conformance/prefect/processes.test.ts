import { afterAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { helperFiles } from "../../../adapters/prefect/helper/files.ts";
import { writeFiles } from "../../support/files.ts";
import { findPython } from "../python.ts";
import { askPrefect, once } from "./prefect.ts";

const python = findPython("SLUICE_PREFECT_PYTHON", "Processes of Prefect exports");
const folder = mkdtempSync(join(tmpdir(), "sluice-prefect-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Stopped {
  readonly code: number;
  readonly alive: boolean;
  readonly refused: boolean;
}

interface Answer {
  readonly echo: readonly [code: number, output: string, notes: readonly string[]];
  readonly late: readonly [code: number | null, alive: boolean];
  readonly deaf: Stopped;
  readonly family: Stopped;
  readonly orphan: boolean;
}

const ask = once((): Answer => {
  writeFiles(folder, helperFiles());
  return askPrefect(python as string, new URL("processes.py", import.meta.url), { folder });
});

describe("a process of an exported flow", () => {
  const check = python ? test : test.skip;

  check("is given one line, and tells its exit code, its stdout and the lines of its stderr", () => {
    assert.deepEqual(ask().echo, [7, '{"a": "\u00fc"}\n', ["note"]]);
  });

  check("is ended when its time is over, also when it does not listen", () => {
    assert.deepEqual(ask().late, [null, false]);
  });

  check("is ended with its flow run, also when it does not listen, and all that it started", () => {
    assert.deepEqual(ask().deaf, { code: -9, alive: false, refused: true });
    assert.deepEqual(ask().family, { code: -15, alive: false, refused: true });
  });

  check("sees the end of its stdin when the flow's own process is killed", () => {
    assert.equal(ask().orphan, true);
  });
});
