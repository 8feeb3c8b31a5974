import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { candidates, formatCompletion, shells } from "../../../src/cli/line/completion.ts";
import { commands } from "../../../src/cli/table.ts";

describe("candidates", () => {
  test("are commands first, then options of the command, then values of an option", () => {
    assert.ok(candidates([""], commands).includes("backfill"));
    const options = candidates(["graph", "defs.ts", "--"], commands);
    assert.ok(options.includes("--format") && options.includes("--no-color") && !options.includes("--scope"));
    assert.deepEqual(candidates(["graph", "defs.ts", "--format", ""], commands), [
      "text",
      "mermaid",
      "dot",
      "svg",
    ]);
    assert.deepEqual(candidates(["graph", ""], commands), []);
  });
});

describe("formatCompletion", () => {
  test("names every command in every shell's script", () => {
    for (const shell of shells) {
      const script = formatCompletion(shell, commands).join("\n");
      for (const { name } of commands) assert.match(script, new RegExp(`\\b${name}\\b`));
    }
  });

  test("gives a script that bash runs", () => {
    const ask = (words: string, count: number): string[] => {
      const script = `${formatCompletion("bash", commands).join("\n")}
COMP_WORDS=(${words}); COMP_CWORD=${count}; _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, error } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
      if (error) return ["no bash"];
      return stdout.trim().split("\n");
    };
    if (ask("sluice r", 1)[0] === "no bash") return;
    assert.deepEqual(ask("sluice r", 1), ["run", "runs", "rerun", "recover", "report"]);
    assert.deepEqual(ask("sluice graph x --format s", 4), ["svg"]);
    assert.deepEqual(ask("sluice wipe x --y", 3), ["--yes"]);
  });
});
