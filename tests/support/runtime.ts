/** How to start a script on the runtime that runs the tests. */
import process from "node:process";

/** The command that runs a TypeScript file here. */
export const runFile: readonly [string, ...string[]] = process.versions.bun
  ? [process.execPath]
  : [process.execPath, "run", "-A", "--no-check", "--quiet"];

/** The repository's root, with a slash at its end. */
export const root: string = new URL("../..", import.meta.url).pathname;
