/** What steps need that run elsewhere: code that can be found there, and values that can be reached from there. */
import { resolve } from "node:path";
import type { FindManager } from "../io/managers.ts";
import type { Asset, StepDeclaration } from "../model/assets/declaration.ts";
import type { Definitions } from "../model/definitions.ts";
import { type Issue, SluiceError } from "../model/issue.ts";
import { quote } from "../model/quote.ts";
import { withoutModule } from "../runtime/isolation/executor.ts";
import type { IsolationSettings } from "../runtime/isolation/settings.ts";
import type { OrchestratorOptions } from "./contract.ts";

/** The settings of an engine, from the options of its orchestrator. */
export function isolationSettings({ isolation, folder, defaultIO }: OrchestratorOptions): IsolationSettings {
  return { ...isolation, folder: resolve(folder ?? ".sluice"), defaultIO: defaultIO ?? "files" };
}

/**
 * Refuses definitions with steps that could not run where they are declared to.
 *
 * @throws {SluiceError} DEFINITION_INVALID with every finding.
 */
export function checkIsolation(
  definitions: Definitions,
  { isolation }: OrchestratorOptions,
  findManager: FindManager,
): void {
  const apart = definitions.steps.filter((step) => step.isolation);
  if (apart.length === 0) return;
  const module = isolation?.module ?? definitions.module;
  const issues = apart.flatMap((step) => [
    ...module === undefined ? withoutModule(step).issues : [],
    ...step.isolation?.tier === "process" ? valueIssues(definitions, step, findManager) : [],
  ]);
  const [first, ...rest] = issues;
  if (first) throw new SluiceError([first, ...rest]);
}

/** Values in the memory of one process that another one reads. */
function valueIssues(
  definitions: Definitions,
  step: StepDeclaration,
  findManager: FindManager,
): readonly Issue[] {
  const read = step.inputs.flatMap(({ name, key }) => name === undefined ? [] : [definitions.asset(key)]);
  const made = step.outputs.filter((asset) => isRead(asset, definitions));
  return [...new Set([...read, ...made])].flatMap((asset) => {
    const { name, shared } = findManager(asset);
    return shared ? [] : [outOfReach(step, asset, name, made.includes(asset))];
  });
}

function isRead({ key }: Asset, { steps }: Definitions): boolean {
  return steps.some(({ inputs }) => inputs.some((input) => input.key === key && input.name !== undefined));
}

function outOfReach(step: StepDeclaration, { key }: Asset, manager: string, isMade: boolean): Issue {
  const site = step.site.text;
  const where = isMade
    ? `the IO manager ${quote(manager)} would keep its value of ${key} in the memory of that`
    : `it reads ${key}, which the IO manager ${quote(manager)} keeps in the memory of this one`;
  return {
    code: "DEFINITION_INVALID",
    message: `${step.name} runs in a process of its own, and ${where}.`,
    path: ["assets", key, "io"],
    ...(site !== undefined && { site }),
    hint: "Choose an IO manager that processes share, such as files(), or run it inline or in a worker.",
  };
}
