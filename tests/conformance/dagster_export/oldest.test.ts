/** The oldest Dagster that is written for runs what is exported for it, to the same values and events. */
import { afterAll, describe, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Definitions } from "sluice";
import { OLDEST } from "../../../adapters/dagster/version.ts";
import { askDagster, atScale, findOldestDagster } from "../dagster.ts";
import { cases, moduleOf } from "../exports/cases.ts";
import { type Answer, requireSame } from "./facts.ts";
import { writeExport } from "./project.ts";

/** Few at small scale: the machinery of every project, a range, and a check that fails. */
const chosen = atScale(0, 1) === 1
  ? cases
  : cases.filter(({ name }) => ["ranges", "failing_check"].includes(name));

const python = findOldestDagster(`runs of exports for Dagster ${OLDEST}`);
const folder = mkdtempSync(join(tmpdir(), "sluice-dagster-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const answers: readonly Answer[] = python ? await askAll(python) : [];

async function askAll(path: string): Promise<readonly Answer[]> {
  const projects = await Promise.all(chosen.map(async (one) => {
    const module = moduleOf(one);
    const { default: definitions } = await import(module) as { readonly default: Definitions };
    const project = writeExport(folder, one.name, definitions, module, { targetVersion: OLDEST });
    const env = { ...one.env, SLUICE_IO: join(project.path, "values") };
    return { path: project.path, package: project.package, env, runs: one.runs };
  }));
  return askDagster(path, new URL("execute.py", import.meta.url), { projects });
}

(python ? describe : describe.skip)(`an export that Dagster ${OLDEST} runs`, () => {
  for (const [place, one] of chosen.entries()) {
    test(`gives the values of a local run, and tells the same of them: ${one.name}`, async () => {
      await requireSame(one, answers[place], join(folder, one.name));
    });
  }
});
