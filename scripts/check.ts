/** What can be said of the code without running the tests: its form, its types and its documentation. */

import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { root, run } from "./process.ts";
import { formatTally } from "./tally.ts";

const manifest: { exports: Record<string, string> } = JSON.parse(readFileSync(`${root}deno.json`, "utf8"));
const documented = ["mod.ts", "src", "adapters", "README.md", "docs"].filter((path) =>
  existsSync(root + path)
);

const checks: Readonly<Record<string, readonly string[]>> = {
  "format": ["deno", "fmt", "--check"],
  "lint": ["deno", "lint"],
  "types, by tsc": ["tsc", "-p", "."],
  "types that need no inference": ["tsc", "-p", "tsconfig.src.json"],
  "types, by deno": ["deno", "check", "--quiet"],
  "documentation": ["deno", "doc", "--lint", ...Object.values(manifest.exports)],
  "examples in documentation": ["deno", "test", "--doc", "-A", "--reporter=dot", ...documented],
};

const results: string[] = [];
for (const [name, command] of Object.entries(checks)) {
  console.log(`\nChecking ${name}: ${command.join(" ")}`);
  results.push(`${await run(command) === 0 ? "passed" : "failed"}  ${name}`);
}

console.log(["", ...results].join("\n"));
const failed = results.filter((line) => line.startsWith("failed")).length;
console.log(formatTally({ passed: results.length - failed, failed, skipped: 0 }));
process.exitCode = failed > 0 ? 1 : 0;
