/** Runs of bodies that are apart from the test. */
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createOrchestrator,
  type Definitions,
  type LogLine,
  type Orchestrator,
  type OrchestratorOptions,
  type RunOptions,
  type RunResult,
  type StepRecord,
} from "sluice";

/** A run and what is recorded of it. */
export interface Ran {
  readonly result: RunResult;
  readonly steps: readonly StepRecord[];
  readonly logs: readonly LogLine[];
  /** The step of a name. */
  step(name: string): StepRecord;
}

/** Gives a test an orchestrator over a folder that is removed afterwards. */
export async function withOrchestrator<T>(
  definitions: Definitions,
  options: OrchestratorOptions,
  work: (sluice: Orchestrator, folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-apart-"));
  try {
    await using sluice = createOrchestrator(definitions, { folder, store: "memory", ...options });
    return await work(sluice, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Materializes a selection and reads what is recorded. */
export async function run(
  sluice: Orchestrator,
  select: string | readonly string[],
  options: RunOptions & { readonly partitions?: "all" } = {},
): Promise<Ran> {
  const result = await sluice.materialize(select, options);
  const steps = await sluice.steps(result.id);
  const step = (name: string): StepRecord => {
    const found = steps.find((each) => each.name === name);
    if (!found) throw new Error(`no step ${name}`);
    return found;
  };
  return { result, steps, logs: await sluice.logs(result.id), step };
}

/** Materializes a selection once, over a folder of its own. */
export function runOnce(
  definitions: Definitions,
  select: string | readonly string[],
  options: OrchestratorOptions = {},
): Promise<Ran> {
  return withOrchestrator(definitions, options, (sluice) => run(sluice, select));
}

/** Whether a process is there and not dead already; Linux only. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2)[0] !== "Z";
  } catch {
    return false;
  }
}

/** The processes of steps that a process has started and that are not dead; Linux only. */
export function stepsBelow(parent: number): readonly number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const isChild = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] === String(parent);
      return isChild && isAlive(pid) &&
        readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--watch-stdin");
    } catch {
      return false;
    }
  });
}

/** Waits until something holds; false when it does not within a time. */
export async function within(ms: number, holds: () => boolean): Promise<boolean> {
  const endMs = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > endMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
