import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { failureDocument, failureOf } from "../../src/cli/failure.ts";
import { formatFailure } from "../../src/cli/print/error.ts";
import { type Issue, type IssueCode, SluiceError } from "../../src/model/issue.ts";
import { plainPage } from "./support/pages.ts";

const issue = (code: IssueCode, message = "It is wrong.", more: Partial<Issue> = {}): Issue => ({
  code,
  message,
  path: [],
  ...more,
});
const around = { page: plainPage(80), cwd: "/", isDebug: false };

describe("failureOf", () => {
  test("gives exit codes by what is wrong", () => {
    const codes: readonly (readonly [IssueCode, number])[] = [
      ["USAGE", 2],
      ["SELECTION_EMPTY", 2],
      ["DEPENDENCY_CYCLE", 2],
      ["RUN_UNKNOWN", 2],
      ["STORE_LOCKED", 3],
      ["STORE_INVALID", 3],
      ["IO_FAILED", 1],
    ];
    for (const [code, exitCode] of codes) {
      assert.equal(failureOf(new SluiceError(issue(code))).exitCode, exitCode, code);
    }
    assert.equal(failureOf(new Error("oops")).exitCode, 70);
  });

  test("knows an error of another copy of Sluice", () => {
    const other = Object.assign(new Error("x"), {
      name: "SluiceError",
      code: "STORE_LOCKED",
      issues: [issue("STORE_LOCKED")],
    });
    assert.equal(failureOf(other).exitCode, 3);
  });

  test("takes anything that can be thrown", () => {
    const loop: Error & { cause?: unknown } = new Error("a");
    loop.cause = loop;
    for (const thrown of [undefined, null, "text", Object.freeze({}), Object.create(null), loop]) {
      const failure = failureOf(thrown);
      assert.equal(failure.exitCode, 70);
      assert.ok(formatFailure(failure, { ...around, isDebug: true }).length >= 2);
    }
  });
});

describe("formatFailure", () => {
  test("shows every finding with its hint, counts them, and stops at twenty", () => {
    const two = failureOf(
      new SluiceError([issue("KEY_INVALID", "One.", { hint: "Mend it." }), issue("KEY_DUPLICATE", "Two.")]),
    );
    assert.deepEqual(formatFailure(two, around), [
      "error KEY_INVALID: One.",
      "  hint: Mend it.",
      "",
      "error KEY_DUPLICATE: Two.",
      "",
      "2 problems found.",
    ]);
    const [first, ...rest] = Array.from({ length: 25 }, (_, index) => issue("KEY_INVALID", `${index}.`));
    const many = formatFailure(failureOf(new SluiceError([first, ...rest])), around);
    assert.equal(many[many.length - 1], "25 problems found, of which 5 are not shown.");
    assert.equal(many.filter((line) => line.startsWith("error")).length, 20);
  });

  test("shows causes, and stacks only to debug", () => {
    const failure = failureOf(
      new SluiceError(issue("IO_FAILED"), { cause: new Error("disk\u001b[2J", { cause: "full" }) }),
    );
    const lines = formatFailure(failure, around);
    assert.deepEqual(lines.slice(1), ["  because: Error: disk\\u{1b}[2J", "  because: full"]);
    assert.ok(
      formatFailure(failure, { ...around, isDebug: true }).some((line) => /failure\.test\.ts/.test(line)),
    );
  });

  test("shows a place whose file is gone without its lines", () => {
    const failure = failureOf(
      new SluiceError(issue("KEY_INVALID", "It is\nwrong.", { site: "/no/such/file.ts:3:7" })),
    );
    assert.deepEqual(formatFailure(failure, around), [
      "error KEY_INVALID: It is",
      "wrong.",
      "  at no/such/file.ts:3:7",
    ]);
  });
});

describe("failureDocument", () => {
  test("has every issue and the exit code", () => {
    const failure = failureOf(
      new SluiceError(issue("STORE_INVALID", "Locked.", { path: ["store"], hint: "Wait." })),
    );
    assert.deepEqual(JSON.parse(JSON.stringify(failureDocument(failure))), {
      error: {
        code: "STORE_INVALID",
        message: "Locked.",
        exitCode: 3,
        issues: [{ code: "STORE_INVALID", message: "Locked.", path: ["store"], hint: "Wait." }],
      },
    });
  });
});
