/** The options that a module exports beside its definitions: how its assets are run and kept. */
import { SluiceError } from "../../model/issue.ts";
import { nameType } from "../../model/quote.ts";
import { didYouMean } from "../../model/suggest.ts";
import type { OrchestratorOptions } from "../../orchestrator/contract.ts";
import { checkOptions } from "../../orchestrator/options.ts";
import { inert } from "../print/inert.ts";

/** What a module may say of its orchestrator. */
export type ModuleOptions = Pick<
  OrchestratorOptions,
  "io" | "defaultIO" | "resources" | "pools" | "concurrency" | "isolation"
>;

const KNOWN = ["io", "defaultIO", "resources", "pools", "concurrency", "isolation"] as const;

/** Where the history lies is for the command line to say: commands that look back load no module. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["folder", "Give --folder, or set SLUICE_FOLDER: commands that look back load no module."],
  ["store", "Give --store: commands that look back load no module."],
  ["clock", "The command line runs in the time of its host."],
  ["random", "The command line takes chance from its host."],
]);

/**
 * The export `options`; nothing when there is none.
 *
 * @throws {SluiceError} MODULE_INVALID when it is of another shape.
 */
export function findOptions(
  exports: { readonly [name: string]: unknown },
  definitions: unknown,
  shown: string,
): ModuleOptions {
  const { options } = exports;
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    const given = Array.isArray(options) ? "a list" : nameType(options);
    throw invalid(
      `${shown} exports ${given} as options, where a record is expected.`,
      "Write `export const options = { io: [...] }`, or export it by another name if it is not for Sluice.",
    );
  }
  for (const name of Object.keys(options)) refuseUnknown(name, shown);
  checkShape(options, definitions, shown);
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function refuseUnknown(name: string, shown: string): void {
  if (KNOWN.some((known) => known === name)) return;
  const hint = ELSEWHERE.get(name) ?? didYouMean(name, KNOWN) ??
    `They are ${KNOWN.join(", ")}. Export it by another name if it is not for Sluice.`;
  const why = ELSEWHERE.has(name) ? "which a module cannot set" : "which is none";
  throw invalid(`The options that ${shown} exports have "${inert(name.slice(0, 60))}", ${why}.`, hint);
}

function checkShape(options: object, definitions: unknown, shown: string): void {
  try {
    checkOptions(definitions, options);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const [{ message, hint = "" }] = error.issues;
    throw invalid(`The options that ${shown} exports cannot be used: ${message}`, hint);
  }
}

function invalid(message: string, hint: string): SluiceError {
  return new SluiceError({ code: "MODULE_INVALID", message, path: ["module", "options"], hint });
}
