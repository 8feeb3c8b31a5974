/** Asking the real client to run steps, and the runtimes on which they run. */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { inFolder } from "../../support/folder.ts";
import { root, runFile } from "../../support/runtime.ts";
import { compiled } from "../python.ts";

/** One step to run; everything but the command may be left out. */
export interface Case {
  readonly command: readonly string[];
  readonly context?: "inline" | "file" | "s3";
  readonly handover?: "environment" | "arguments" | "mapping";
  readonly messages?: "file" | "s3" | `${"stdio" | "buffered_stdio"}:${"stdout" | "stderr"}`;
  readonly include_stdio?: boolean;
  readonly assets?: readonly (readonly string[])[];
  readonly checks?: readonly string[];
  readonly partitions?: "daily" | "static" | "multi";
  readonly partition?: string;
  readonly code_version?: string;
  readonly retries?: number;
  readonly times?: number;
  readonly extras?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Cancels the run once the step has made the file that its extra `ready` names. */
  readonly interrupt?: boolean;
  readonly implicit?: boolean;
}

/** An error in Dagster's event log. */
export interface LoggedError {
  readonly message: string;
  readonly name: string | null;
  readonly frames: number;
  readonly stack: string;
  readonly cause: LoggedError | null;
  readonly context: LoggedError | null;
}

/** What Dagster knows after a step. */
export interface Answer {
  readonly success: boolean;
  readonly interrupted: boolean;
  readonly run_id: string;
  readonly materializations: readonly {
    readonly key: readonly string[];
    readonly partition: string | null;
    readonly version: string | null;
    readonly metadata: Readonly<Record<string, unknown>>;
  }[];
  readonly checks: readonly {
    readonly name: string;
    readonly passed: boolean;
    readonly severity: string;
    readonly metadata: Readonly<Record<string, unknown>>;
  }[];
  readonly logs: readonly (readonly [level: number, message: string])[];
  readonly errors: readonly { readonly event: string; readonly error: LoggedError }[];
  readonly failures: readonly (LoggedError | null)[];
  // deno-lint-ignore no-explicit-any
  readonly custom: readonly any[];
  readonly forwarded: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A runtime that runs the child. */
export interface ChildRuntime {
  readonly name: string;
  /** Its program, and its arguments before the file. */
  readonly command: readonly [string, ...string[]];
}

/** The runtime of the tests, and Node beside Bun where there is one that takes TypeScript. */
export function findRuntimes(): readonly ChildRuntime[] {
  const own = { name: process.versions.bun ? "Bun" : "Deno", command: runFile };
  if (!process.versions.bun) return [own];
  const node = process.env.SLUICE_NODE ?? "node";
  const { stdout } = spawnSync(node, ["-p", "process.features.typescript"], { encoding: "utf8" });
  if (stdout?.trim() === "strip") {
    build();
    return [own, { name: "Node", command: [node, "--disable-warning=ExperimentalWarning"] }];
  }
  console.log(
    "Pipes on Node: skipped, since neither SLUICE_NODE nor the path gives one that runs TypeScript",
  );
  return [own];
}

/** Builds what Node takes for `sluice/pipes`, as the npm package has it. */
function build(): void {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/build.ts"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`sluice/pipes cannot be built: ${stderr}`);
}

/** The command that runs a step of the child. */
export function childCommand(runtime: ChildRuntime, step: string): readonly string[] {
  return [...runtime.command, `${root}tests/conformance/pipes/child.ts`, step];
}

/** Runs the cases one after the other. */
export function askClient(python: string, cases: readonly Case[]): Promise<readonly Answer[]> {
  return inFolder(async (folder) => {
    const answers = join(folder, "answers.json");
    const script = fileURLToPath(new URL("client.py", import.meta.url));
    const child = spawn(python, ["-W", "ignore", script, answers], {
      cwd: root,
      env: { ...process.env, DAGSTER_DISABLE_TELEMETRY: "1", ...compiled, NO_COLOR: "1" },
    });
    let printed = "";
    child.stdout.on("data", (chunk) => printed += String(chunk));
    child.stderr.on("data", (chunk) => printed += String(chunk));
    child.stdin.end(JSON.stringify({ cases }));
    const code = await new Promise((resolve) => child.on("close", resolve));
    if (code !== 0) throw new Error(`The client has failed: ${printed.slice(-4000)}`);
    return JSON.parse(readFileSync(answers, "utf8"));
  });
}
