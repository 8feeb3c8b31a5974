/** Writing a run to a file of its own. */
import { createWriteStream, renameSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { RunRecord } from "../model/events/record.ts";
import type { Orchestrator } from "../orchestrator/contract.ts";
import type { Answer } from "./command.ts";
import { usageError } from "./line/usage.ts";
import { inert } from "./print/inert.ts";
import { formatCount } from "./print/number.ts";

/** Writes a run bundle: the file is there when it is whole, and not before. */
export async function exportRun(
  orchestrator: Orchestrator,
  run: RunRecord,
  out: string | undefined,
  cwd: string,
): Promise<Answer> {
  if (out === undefined) {
    throw usageError("sluice runs export needs a file to write to.", "Write `--out FILE`.");
  }
  const file = resolve(cwd, out);
  const partial = `${file}.partial`;
  let lines = 0;
  async function* counted(): AsyncGenerator<string> {
    for await (const line of orchestrator.exportRun(run.id)) {
      lines++;
      yield line;
    }
  }
  try {
    await pipeline(counted(), createWriteStream(partial));
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  const events = lines - 2;
  return {
    text: () => [`Wrote ${formatCount(events)} events of the run ${inert(run.id)} to ${inert(out)}.`],
    json: () => ({ run: run.id, file, events }),
  };
}
