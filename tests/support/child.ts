/** Child processes of tests. */
import { spawn } from "node:child_process";
import process from "node:process";
import { root, runFile } from "./runtime.ts";

/** How a child process ended, and what it printed. */
export interface Ended {
  /** Undefined when it was ended by a signal; on Deno also when one was sent and it ended by itself. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A child process while it runs. */
export interface Child {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** What it has printed so far. */
  output(): string;
  kill(signal: "SIGKILL" | "SIGTERM" | "SIGINT"): void;
}

/** Starts a script of the repository on the runtime that runs the tests. */
export function start(
  script: string,
  args: readonly string[] = [],
  variables: Record<string, string> = {},
): Child {
  const [command, ...before] = runFile;
  const child = spawn(command, [...before, script, ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => stdout += String(chunk));
  child.stderr.on("data", (chunk) => stderr += String(chunk));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? undefined, stdout, stderr }));
  });
  return { pid: child.pid ?? 0, ended, output: () => stdout, kill: (signal) => child.kill(signal) };
}
