/** Starting other programs from the repository's root. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { delimiter } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The repository's root folder, with a slash at its end. */
export const root: string = fileURLToPath(new URL("..", import.meta.url));

/** The exit code of a program that was killed because its time was up. */
export const OUT_OF_TIME = 124;

/** The two runtimes that everything must pass on. */
export type Runtime = "bun" | "deno";

/** Both runtimes, in the order in which they are tried. */
export const runtimes: readonly Runtime[] = ["bun", "deno"];

/** Variables to add to a program's environment. */
export type Variables = Readonly<Record<string, string>>;

/** What a script may say about a program that it starts. */
export interface RunOptions {
  readonly variables?: Variables | undefined;
  /** Receives what the program prints, on both streams, piece by piece; by default it goes where the script's own output goes. */
  readonly onOutput?: (text: string) => void;
  /** After this long the program and all that it started are killed, and it counts as failed. */
  readonly limitMs?: number;
}

/**
 * Runs a program to its end and gives its exit code. `bun` is the Bun that runs the script. The program has no
 * standard input: nothing in this repository waits for a person.
 */
export function run([name, ...args]: readonly string[], options: RunOptions = {}): Promise<number> {
  const { variables, onOutput, limitMs } = options;
  const output = onOutput ? "pipe" : "inherit";
  const child = spawn(name === "bun" ? process.execPath : name, args, {
    cwd: root,
    env: environment(variables),
    stdio: ["ignore", output, output],
    detached: limitMs !== undefined,
  });
  if (onOutput) {
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", onOutput);
  }
  const stopWatch = limitMs === undefined ? () => false : watch(child, name, limitMs);
  return new Promise<number>((resolve) => {
    child.on("error", (error) => {
      console.error(`Cannot start ${name}: ${error.message}`);
      resolve(1);
    });
    child.on("close", (code) => resolve(stopWatch() ? OUT_OF_TIME : code ?? 1));
  }).finally(stopWatch);
}

/**
 * Kills a program and all that it started when its time is up or when the script itself is stopped. Gives what ends the
 * watch and says whether the time was up.
 */
function watch(child: ChildProcess, name: string, limitMs: number): () => boolean {
  let isUp = false;
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself in the meantime.
    }
  };
  const stop = (): void => {
    kill();
    process.exit(130);
  };
  const timer = setTimeout(() => {
    console.error(`${name} took longer than ${(limitMs / 60_000).toFixed(1)} minutes and was killed`);
    isUp = true;
    kill();
  }, limitMs);
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return () => {
    clearTimeout(timer);
    process.off("SIGINT", stop).off("SIGTERM", stop);
    return isUp;
  };
}

/** Says whether a program exists and succeeds; what it prints is dropped. */
export function succeeds([name, ...args]: readonly string[], variables?: Variables): boolean {
  return spawnSync(name, args, { cwd: root, env: environment(variables), stdio: "ignore" }).status === 0;
}

/**
 * The environment of every program that a script starts: this repository's tools come first on the path,
 * and Deno reports what is wrong with our files without a stack trace of its own.
 */
function environment(variables: Variables = {}): NodeJS.ProcessEnv {
  const path = [`${root}node_modules/.bin`, process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, RUST_BACKTRACE: "0", DENO_NO_UPDATE_CHECK: "1", ...variables };
}
